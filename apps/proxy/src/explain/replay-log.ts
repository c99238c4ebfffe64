import { describeRoute } from "@pensieve/router"
import { Effect, Result } from "effect"
import { type Deciding, explainRequest } from "./explain-request.ts"
import { readRequest } from "./recorded-request.ts"

/** What a changed configuration would do with requests that were. */
export interface Replayed {
  /** What a person is shown, a line each: what would move, then how much of all that is. */
  readonly lines: ReadonlyArray<string>
  readonly moved: number
}

/** A path of an answer; whatever else a log holds was not routed. */
const isRouted = (path: string): boolean => /\/(messages|count_tokens|chat\/completions|responses)$/.test(path)

/** One entry of a log, and where it stands. */
export interface LogEntry {
  readonly place: string
  readonly text: string
}

/** The entries of a log that has one JSON value a line. */
export const entriesOf = (text: string): ReadonlyArray<LogEntry> =>
  text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [{ place: `line ${index + 1}`, text: line }]))

/** Decides the requests of a log, and compares with where they went. Those of which that is not told are shown. */
export const replayLog = (deciding: Deciding, entries: ReadonlyArray<LogEntry>): Effect.Effect<Replayed> =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const counts = { same: 0, moved: 0, untold: 0, unreadable: 0 }
    for (const { place, text } of entries) {
      const request = readRequest(text)
      if (Result.isFailure(request)) {
        counts.unreadable++
        lines.push(`${place}: ${request.failure}`)
        continue
      }
      if (!isRouted(request.success.path)) continue
      const explained = yield* Effect.result(explainRequest(deciding, request.success))
      if (Result.isFailure(explained)) {
        counts.unreadable++
        lines.push(`${place}: ${explained.failure.message}`)
        continue
      }
      const { facts, decision } = explained.success
      const now = describeRoute(decision, decision.target)
      const before = request.success.route
      const what = `${place}: ${facts.requestedModel}, ${facts.requestClass}, ${facts.promptTokens} tokens`
      if (before === undefined) {
        counts.untold++
        lines.push(`${what}: ${now}`)
      } else if (isSame(before, now)) counts.same++
      else {
        counts.moved++
        lines.push(`${what}: ${before} → ${now}`)
      }
    }
    lines.push(summary(counts))
    return { lines, moved: counts.moved }
  })

/** A rule that names a backend alone leaves the model to it; which one that was tells the record only. */
const isSame = (before: string, now: string): boolean => {
  const [place = "", ...rule] = now.split(";")
  const [placeThen = "", ...ruleThen] = before.split(";")
  const samePlace = placeThen === place || (!place.includes("/") && placeThen.startsWith(`${place}/`))
  return samePlace && rule.join() === ruleThen.join()
}

const summary = ({
  same,
  moved,
  untold,
  unreadable
}: Readonly<Record<"same" | "moved" | "untold" | "unreadable", number>>): string =>
  [
    `${moved} would move, ${same} would not`,
    ...(untold === 0 ? [] : [`of ${untold} is not told where they went`]),
    ...(unreadable === 0 ? [] : [`${unreadable} cannot be read`])
  ].join("; ")
