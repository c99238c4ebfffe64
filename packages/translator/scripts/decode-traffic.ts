/**
 * Decodes every recorded Messages request of a folder and checks that none is refused, that its content is conserved,
 * and that its class is the recorded one, also without the client's hint headers.
 *
 *     node scripts/decode-traffic.ts <folder of .jsonl and .jsonl.gz>
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { isJsonObject, type JsonObject } from "@pensieve/models"
import { decodeCountRequest, decodeRequest } from "@pensieve/translator/anthropic"
import { Result } from "effect"
import { lostContent } from "../test/anthropic/lost-content.ts"

interface Recorded {
  readonly where: string
  readonly class: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: JsonObject
}

/** Recorded classes are named as ours, but for this one. */
const classNames: Readonly<Record<string, string>> = { count_tokens: "count" }

const stringFields = (object: JsonObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(object).flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : []))
  )

const recorded = (file: string, line: string, index: number): ReadonlyArray<Recorded> => {
  const value: unknown = JSON.parse(line)
  if (!isJsonObject(value) || !isJsonObject(value.body) || !isJsonObject(value.headers)) return []
  return [
    {
      where: `${file}:${index + 1}`,
      class: String(value.class),
      path: String(value.path),
      headers: stringFields(value.headers),
      body: value.body
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

const withoutHints = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => !/^x-claude-(1p-request-class|code-(?!session-id|agent-id))/.test(name))
  )

const problemsOf = (
  request: Recorded,
  headers: Record<string, string>,
  notices: Map<string, number>
): Array<string> => {
  const decode = request.path.includes("/count_tokens") ? decodeCountRequest : decodeRequest
  const decoded = decode(request.body, { headers })
  if (Result.isFailure(decoded)) return [`refused: ${decoded.failure.message}`]
  const conversation = decoded.success
  for (const notice of conversation.notices) notices.set(notice.message, (notices.get(notice.message) ?? 0) + 1)
  const expected = classNames[request.class] ?? request.class
  const found = conversation.hints.requestClass
  return [
    ...lostContent(request.body, conversation).map((lost) => `lost: ${lost}`),
    ...(found === expected ? [] : [`class: ${found} instead of ${expected}`])
  ]
}

const main = (folder: string): number => {
  const requests = readRecorded(folder)
  const notices = new Map<string, number>()
  let problems = 0
  const started = performance.now()
  for (const request of requests) {
    const found = [
      ...problemsOf(request, request.headers, notices),
      ...problemsOf(request, withoutHints(request.headers), new Map()).map((problem) => `without hints: ${problem}`)
    ]
    problems += found.length
    for (const problem of found) console.log(`${request.where} ${problem}`)
  }
  const perRequest = (performance.now() - started) / Math.max(1, requests.length)
  const classes = Map.groupBy(requests, (request) => request.class)
  console.log(
    `${requests.length} requests, ${problems} problems, ${perRequest.toFixed(2)} ms a request (decoded and checked twice)`
  )
  console.log([...classes].map(([name, all]) => `${name} ${all.length}`).join(", "))
  for (const [message, count] of notices) console.log(`notice ×${count}: ${message}`)
  return problems === 0 && requests.length > 0 ? 0 : 1
}

const folder = process.argv[2]
if (folder === undefined) {
  console.error("usage: node scripts/decode-traffic.ts <folder of .jsonl and .jsonl.gz>")
  process.exitCode = 2
} else {
  process.exitCode = main(folder)
}
