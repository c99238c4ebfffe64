import { places } from "@pensieve/test-harness"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { gunzipSync } from "node:zlib"

/** A block of a recorded message. */
export interface RecordedBlock {
  readonly type: string
  readonly text?: string
  readonly thinking?: string
  readonly name?: string
  readonly input?: unknown
}

/** An item of a recorded response. */
export interface RecordedItem {
  readonly type: string
  readonly name?: string
  readonly namespace?: string
  readonly arguments?: string
  readonly summary?: ReadonlyArray<{ readonly text: string }>
  readonly content?: ReadonlyArray<{ readonly text: string }>
}

/** One request of a real client, and what it was answered. */
export interface RecordedExchange {
  /** What kind of work it was: `main`, `title`, `count_tokens`, … */
  readonly class: string
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Readonly<Record<string, unknown>>
  readonly response_script: {
    readonly status: number
    readonly stop_reason?: string
    readonly stop_sequence?: string
    readonly content?: ReadonlyArray<RecordedBlock>
    readonly output?: ReadonlyArray<RecordedItem>
    readonly error?: { readonly message: string }
  }
}

/** The requests of one session, in the order in which they came. */
export interface RecordedSession {
  readonly name: string
  readonly exchanges: ReadonlyArray<RecordedExchange>
}

const beside = dirname(places.root.replace(/\/$/, ""))

/** `PENSIEVE_TRAFFIC`, or a folder `traffic` in a folder beside the checkout. */
const trafficFolder = (): string | undefined =>
  process.env["PENSIEVE_TRAFFIC"] ??
  readdirSync(beside)
    .map((name) => join(beside, name, "traffic"))
    .find((folder) => existsSync(folder))

const readSession = (file: string): ReadonlyArray<RecordedExchange> => {
  const bytes = readFileSync(file)
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes)
    .toString("utf8")
    .trim()
    .split("\n")
    .map((line): RecordedExchange => JSON.parse(line))
}

/** The recordings of real clients, JSON lines in a folder a client, which are no part of the project: none where there are none. */
export const recordedSessions = (): ReadonlyArray<RecordedSession> => {
  const folder = trafficFolder()
  if (folder === undefined) return []
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.jsonl(\.gz)?$/.test(name))
    .toSorted()
    .map((name) => ({ name, exchanges: readSession(join(folder, name)) }))
}
