import type { SectionForm } from "../section-form.ts"
import type { CallBlock } from "./call-grammar.ts"

/** What a section of calls begins and ends with. */
export const sectionBlock = ({
  sectionStart,
  sectionEnd
}: SectionForm): Pick<CallBlock, "openers" | "at" | "start" | "end"> => ({
  openers: [sectionStart],
  at: "line",
  start: [sectionStart],
  end: [sectionEnd]
})
