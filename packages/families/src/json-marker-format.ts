import type { CallFormat } from "./call-format.ts"
import { parseJsonCalls } from "./json-calls.ts"
import { textOf } from "./json-form.ts"
import { trackQuotes } from "./quote-tracker.ts"
import { readSpan } from "./span-reader.ts"

/** The format of JSON calls behind one of several markers, up to where the JSON balances; a closing marker may follow. */
export const jsonMarkerFormat = (
  openers: ReadonlyArray<string>,
  closers: ReadonlyArray<string>
): Pick<CallFormat, "markers" | "silent" | "closers" | "open"> => ({
  markers: openers,
  closers,
  silent: [],
  open: (marker, { trusting }) =>
    openers.includes(marker)
      ? readSpan({
          closers,
          enders: openers,
          tracker: trackQuotes('"'),
          balanced: true,
          begins: (head) => head.startsWith("[") || head.startsWith("{"),
          trusting,
          parse: (lexemes, closed) => parseJsonCalls(textOf(lexemes), closed)
        })
      : null
})
