import { formatBytes } from "./format-size.ts"
import type { HubProgress } from "./hub-lines.ts"

/** Where the progress goes: one line that is written anew on a terminal, a line now and then elsewhere. */
export interface ProgressPlace {
  readonly terminal: boolean
  /** Width of the terminal. */
  readonly columns: number
}

/** What is remembered between two reports. Times are milliseconds of any clock. */
export interface ProgressState {
  /** Recent reports, oldest first: the speed is theirs. */
  readonly recent: ReadonlyArray<{ readonly at: number; readonly done: number }>
  /** The line that was written last. */
  readonly written: { readonly at: number; readonly done: number } | undefined
}

/** Before the first report. */
export const initialProgress: ProgressState = { recent: [], written: undefined }

/** The speed is that of so many milliseconds. */
const speedSpan = 10_000

const betweenWrites = { terminal: 100, elsewhere: 5000 }

/** Takes a report and gives what is to be written, which may be nothing. */
export const showProgress = (
  state: ProgressState,
  { done, total }: Omit<HubProgress, "type">,
  now: number,
  { terminal, columns }: ProgressPlace
): readonly [ProgressState, string] => {
  const recent = [
    ...state.recent.filter(({ at, done: before }) => now - at <= speedSpan && before <= done),
    { at: now, done }
  ]
  const wait = terminal ? betweenWrites.terminal : betweenWrites.elsewhere
  const { written } = state
  const due = written === undefined || now - written.at >= wait || (done === total && written.done < total)
  const idle = !terminal && written?.done === done && done === total
  if (!due || idle) return [{ recent, written }, ""]
  const text = `  ${progressText(done, total, speedOf(recent))}`
  // A line as wide as the terminal would wrap, and the next one could not replace it.
  const line = terminal ? `\r${text.slice(0, Math.max(0, columns - 1))}\x1b[K` : `${text}\n`
  return [{ recent, written: { at: now, done } }, line]
}

/** What is to be written when no report follows: a line on a terminal has to be ended. */
export const endProgress = (state: ProgressState, { terminal }: ProgressPlace): string =>
  terminal && state.written !== undefined ? "\n" : ""

const speedOf = (recent: ProgressState["recent"]): number | undefined => {
  const [first, last] = [recent[0], recent.at(-1)]
  if (first === undefined || last === undefined || last.at - first.at < 500) return undefined
  return ((last.done - first.done) / (last.at - first.at)) * 1000
}

const progressText = (done: number, total: number, speed: number | undefined): string => {
  const percent = total === 0 ? 100 : Math.floor((done / total) * 100)
  const parts = [`${formatBytes(done)} of ${formatBytes(total)}`, `${percent} %`]
  if (speed !== undefined && done < total) {
    parts.push(`${formatBytes(speed)}/s`)
    if (speed > 0) parts.push(`${formatDuration((total - done) / speed)} left`)
  }
  return parts.join(", ")
}

const formatDuration = (seconds: number): string => {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}
