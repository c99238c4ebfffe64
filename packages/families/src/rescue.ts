import { readBareJson } from "./bare-json.ts"
import type { CallFormat } from "./call-format.ts"
import { withFences } from "./fenced-calls.ts"

/**
 * A format for models that forget its markers at times: an answer that is nothing but the JSON of calls to declared tools,
 * bare or in a fence, is these calls. With any word beside it, it is talk about calls.
 */
export const withRescue = <F extends Pick<CallFormat, "markers" | "open">>(
  format: F,
  toolNames: ReadonlyArray<string>
): F => {
  if (toolNames.length === 0) return format
  const open: CallFormat["open"] = (marker, place) => {
    if (marker !== "{" && marker !== "[") return format.open(marker, place)
    const bare = { opener: marker, enders: [], silent: [], trusting: place.trusting, toolNames } as const
    return place.fresh ? readBareJson({ ...bare, fresh: false, rescued: true }) : null
  }
  const fences = { json: true, python: true, toolNames }
  return withFences({ ...format, markers: [...format.markers, "{", "["], open }, fences, ({ fresh }) => fresh)
}
