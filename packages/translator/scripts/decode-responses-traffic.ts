/**
 * Decodes every recorded Responses request of a folder and checks that none is refused, that its content is conserved,
 * that a follow-up request extends the turns of the one before, and that every recorded answer is told to the SDK's
 * rules and comes back as it was.
 *
 *     node scripts/decode-responses-traffic.ts <folder of .jsonl and .jsonl.gz>
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { type Conversation, type GenerationEvent, isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { decodeRequest, streamOptions } from "@pensieve/translator/openai-responses"
import { Result } from "effect"
import { lostContent } from "../test/openai-responses/lost-content.ts"
import { grammarProblem } from "../test/openai-responses/stream-grammar.ts"
import { streamText } from "../test/openai-responses/stream-text.ts"

interface Recorded {
  readonly where: string
  readonly session: string
  readonly headers: Record<string, string>
  readonly body: JsonObject
  /** The items of the answer. */
  readonly output: ReadonlyArray<Json>
}

const stringFields = (object: JsonObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : []))
  )

const recorded = (file: string, line: string, index: number): ReadonlyArray<Recorded> => {
  const value: unknown = JSON.parse(line)
  if (!isJsonObject(value) || !isJsonObject(value.body) || !isJsonObject(value.headers)) return []
  const answer = isJsonObject(value.response_script) ? value.response_script.output : undefined
  return [
    {
      where: `${file}:${index + 1}`,
      session: String(value.session),
      headers: stringFields(value.headers),
      body: value.body,
      output: Array.isArray(answer) ? answer : []
    }
  ]
}

const readRecorded = (folder: string): ReadonlyArray<Recorded> =>
  readdirSync(folder)
    .filter((file) => /\.jsonl(\.gz)?$/.test(file))
    .sort()
    .flatMap((file) => {
      const bytes = readFileSync(join(folder, file))
      const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8")
      return text
        .trim()
        .split("\n")
        .flatMap((line, index) => recorded(file, line, index))
    })

/** The recorded answer as a backend would have told it: what the decoder reads of its items, as events. */
const eventsOf = (request: Recorded): ReadonlyArray<GenerationEvent> => {
  const read = decodeRequest({ ...request.body, input: request.output }, { headers: {} })
  const parts = Result.isFailure(read) ? [] : read.success.turns.flatMap((turn) => turn.parts)
  return [
    ...parts.flatMap((part): ReadonlyArray<GenerationEvent> => {
      if (part.type === "text") return [{ type: "text-delta", text: part.text }]
      if (part.type === "tool-call") return [{ type: "tool-call", id: part.id, name: part.name, input: part.input }]
      if (part.type !== "reasoning") return []
      const { text, signature } = part
      return [
        { type: "reasoning-delta", text },
        signature === undefined ? { type: "reasoning-end" } : { type: "reasoning-end", signature }
      ]
    }),
    { type: "finished", reason: "end-turn" }
  ]
}

const answerProblems = (request: Recorded, conversation: Conversation): ReadonlyArray<string> => {
  const text = streamText(streamOptions(conversation, "resp_1", 0), eventsOf(request))
  const problem = grammarProblem(text, true)
  const done = text.match(/^event: response\.output_item\.done$/gm)?.length ?? 0
  return [
    ...(problem === undefined ? [] : [`answer: ${problem}`]),
    ...(done === request.output.length ? [] : [`answer: ${done} items of ${request.output.length}`])
  ]
}

const isPrefix = (earlier: Conversation, later: Conversation): boolean =>
  JSON.stringify(later.turns.slice(0, earlier.turns.length)) === JSON.stringify(earlier.turns) &&
  JSON.stringify(later.tools) === JSON.stringify(earlier.tools)

const main = (folder: string): number => {
  const requests = readRecorded(folder)
  const notices = new Map<string, number>()
  const latest = new Map<string, Conversation>()
  const counts = { problems: 0, turns: 0, tools: 0, extends: 0, items: 0 }
  const started = performance.now()
  for (const request of requests) {
    const decoded = decodeRequest(request.body, { headers: request.headers })
    if (Result.isFailure(decoded)) {
      counts.problems += 1
      console.log(`${request.where} refused: ${decoded.failure.message}`)
      continue
    }
    const conversation = decoded.success
    for (const notice of conversation.notices) notices.set(notice.message, (notices.get(notice.message) ?? 0) + 1)
    const before = latest.get(request.session)
    const found = [
      ...lostContent(request.body, conversation).map((lost) => `lost: ${lost}`),
      ...answerProblems(request, conversation),
      ...(before === undefined || isPrefix(before, conversation) ? [] : ["does not extend the request before"]),
      ...(conversation.hints.requestClass === "main" ? [] : [`class: ${conversation.hints.requestClass}`])
    ]
    latest.set(request.session, conversation)
    counts.problems += found.length
    counts.turns += conversation.turns.length
    counts.tools += conversation.tools.length
    counts.items += request.output.length
    if (before !== undefined) counts.extends += 1
    for (const problem of found) console.log(`${request.where} ${problem}`)
  }
  const perRequest = (performance.now() - started) / Math.max(1, requests.length)
  console.log(
    `${requests.length} requests, ${counts.problems} problems, ${perRequest.toFixed(2)} ms a request (decoded, answered and checked)`
  )
  console.log(
    `${counts.turns} turns, ${counts.tools} tools offered, ${counts.items} items answered, ${counts.extends} follow-ups that extend the request before`
  )
  for (const [message, count] of notices) console.log(`notice ×${count}: ${message}`)
  return counts.problems === 0 && requests.length > 0 ? 0 : 1
}

const folder = process.argv[2]
if (folder === undefined) {
  console.error("usage: node scripts/decode-responses-traffic.ts <folder of .jsonl and .jsonl.gz>")
  process.exitCode = 2
} else {
  process.exitCode = main(folder)
}
