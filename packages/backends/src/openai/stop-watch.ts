/** Text up to a stop sequence, or as much as is sure not to hold one. */
interface Watched {
  readonly text: string
  /** The sequence that the text ran into; nothing comes behind it. */
  readonly stop?: string
}

/** Watches a text, in pieces of any size, for stop sequences. */
export interface StopWatch {
  readonly push: (text: string) => Watched
  /** What was held back, once the text is over. */
  readonly end: () => string
}

/** Makes the watch for one answer. Of several sequences the one that is whole first counts, as in an engine. */
export const makeStopWatch = (stops: ReadonlyArray<string>): StopWatch => {
  const sought = stops.filter((stop) => stop !== "")
  let held = ""
  return {
    push: (more) => {
      if (sought.length === 0) return { text: more }
      const text = held + more
      const hit = firstWhole(text, sought)
      if (hit !== undefined) {
        held = ""
        return { text: text.slice(0, hit.at), stop: hit.stop }
      }
      const end = text.length - heldLength(text, sought)
      held = text.slice(end)
      return { text: text.slice(0, end) }
    },
    end: () => {
      const rest = held
      held = ""
      return rest
    }
  }
}

interface Hit {
  readonly at: number
  readonly stop: string
}

const firstWhole = (text: string, stops: ReadonlyArray<string>): Hit | undefined =>
  stops
    .map((stop) => ({ stop, at: text.indexOf(stop) }))
    .filter(({ at }) => at !== -1)
    .toSorted((a, b) => a.at + a.stop.length - (b.at + b.stop.length) || a.at - b.at)[0]

/** Length of the longest end of the text with which a sequence may begin. */
const heldLength = (text: string, stops: ReadonlyArray<string>): number => {
  const longest = Math.min(text.length, Math.max(...stops.map((stop) => stop.length)) - 1)
  for (let length = longest; length > 0; length--)
    if (stops.some((stop) => stop.startsWith(text.slice(-length)))) return length
  return 0
}
