import type { CallFormat } from "./call-format.ts"
import type { ReasoningMarkers } from "./family.ts"
import { jsonBetween } from "./json-form.ts"
import { readSpan } from "./span-reader.ts"

/** What a format that puts JSON between two tags is made of. */
export interface TaggedMarkers {
  readonly callStart: string
  readonly callEnd: string
  readonly reasoning: ReasoningMarkers | null
  readonly renderCall: CallFormat["renderCall"]
  readonly silent?: ReadonlyArray<string>
}

/** The format of families that write calls as JSON between two tags. */
export const taggedFormat = ({
  callStart,
  callEnd,
  reasoning,
  renderCall,
  silent = []
}: TaggedMarkers): CallFormat => ({
  markers: [callStart],
  silent,
  closers: [callEnd],
  reasoning,
  reasonsAnywhere: false,
  reasoningLabel: "",
  renderCall,
  open: (marker, { trusting }) => (marker === callStart ? readSpan(jsonBetween(callStart, [callEnd], trusting)) : null)
})
