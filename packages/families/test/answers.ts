import type { JsonObject } from "@pensieve/models"
import type { Family, FamilyEvent, ParserOptions } from "../src/index.ts"
import { options, read } from "./reading.ts"

/** An answer, short: what is shown, what was thought, and the calls with their inputs. */
export interface ShortAnswer {
  readonly text: string
  readonly thinking: string
  readonly calls: ReadonlyArray<readonly [string, JsonObject]>
}

const joined = (events: ReadonlyArray<FamilyEvent>, of: (event: FamilyEvent) => string): string =>
  events.map(of).join("")

/** Reads an answer letter by letter and tells it short. */
export const answer = (family: Family, raw: string, more: Partial<ParserOptions> = {}): ShortAnswer => {
  const events = read(
    family,
    [...raw].map((text) => ({ text })),
    options(more)
  )
  return {
    text: joined(events, (event) =>
      event.type === "text" ? event.text : event.type === "malformed-call" ? event.rawText : ""
    ),
    thinking: joined(events, (event) => (event.type === "reasoning" ? event.text : "")),
    calls: events.flatMap((event): ShortAnswer["calls"] =>
      event.type === "tool-call" ? [[event.name, event.input]] : []
    )
  }
}

/** Only calls. */
export const only = (...calls: ShortAnswer["calls"]): ShortAnswer => ({ text: "", thinking: "", calls })
