import type { JsonObject } from "@pensieve/models"
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"

/** A block of an answer, as the wire has it. */
export type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly thinking: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: JsonObject }

/** One request to the Messages API and what was answered. */
export interface Exchange {
  readonly class: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  readonly answer: ReadonlyArray<Block>
}

interface Line {
  readonly class: string
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: Record<string, unknown>
  readonly response_script?: { readonly status?: number; readonly content?: ReadonlyArray<Block> }
}

/** Classes that the proxy answers without a word of the model. */
const withoutModel = new Set(["count_tokens", "websearch"])
const notOurs = new Set(["host", "connection", "content-length", "accept-encoding", "authorization"])

/** The answered requests of a recording: a JSON object a line, perhaps gzipped, in the order in which they came. */
export const readSession = (file: string): ReadonlyArray<Exchange> => {
  const bytes = readFileSync(file)
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString()
  return text
    .trim()
    .split("\n")
    .map((line): Line => JSON.parse(line))
    .flatMap(({ class: kind, path, headers, body, response_script: answer }) =>
      body === undefined || withoutModel.has(kind) || answer?.content === undefined || answer.status !== 200
        ? []
        : [
            {
              class: kind,
              path,
              headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !notOurs.has(name))),
              body,
              answer: answer.content.filter((block) => ["text", "thinking", "tool_use"].includes(block.type))
            }
          ]
    )
}
