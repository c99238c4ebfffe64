import type { CallFormat } from "./call-format.ts"
import { createCallParser } from "./call-parser.ts"
import type { FamilyParser, ParserOptions, PastCall, ReasoningMarkers } from "./family.ts"
import { ToolSchemas } from "./schema-values.ts"
import type { TagForm } from "./tag-form.ts"
import { TagReader } from "./tag-reader.ts"

/** What the tag form leaves to the family. */
export interface TagFamilyParts {
  readonly reasoning: ReasoningMarkers
  readonly silent?: ReadonlyArray<string>
  renderCall(call: PastCall): string
}

/** A parser for calls whose parameters are tags. */
export const createTagParser = (form: TagForm, parts: TagFamilyParts, options: ParserOptions): FamilyParser => {
  const schemas = new ToolSchemas(options)
  const format: CallFormat = {
    markers: [...form.wrapperStarts, form.callStart, form.parameterStart],
    silent: parts.silent ?? [],
    closers: [...form.wrapperEnds, form.callEnd, form.parameterEnd],
    reasoning: parts.reasoning,
    reasonsAnywhere: false,
    reasoningLabel: "",
    renderCall: parts.renderCall,
    open: (marker, { trusting }) => {
      if (form.wrapperStarts.includes(marker)) return new TagReader(form, { bare: false, trusting, schemas })
      return form.bareCalls && marker === form.callStart ? new TagReader(form, { bare: true, trusting, schemas }) : null
    }
  }
  return createCallParser(format, options)
}
