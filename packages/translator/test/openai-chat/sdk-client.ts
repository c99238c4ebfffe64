import OpenAI from "openai"
import { bodyOf } from "../chunked.ts"

/** A client whose server always gives this answer. */
export const clientOf = (answer: () => Response): OpenAI =>
  new OpenAI({
    apiKey: "unused",
    baseURL: "http://unused.invalid/v1",
    maxRetries: 0,
    fetch: () => Promise.resolve(answer())
  })

/** What the official SDK makes of a stream of these pieces. */
export const readBySdk = (pieces: ReadonlyArray<Uint8Array>): Promise<OpenAI.Chat.ChatCompletion> =>
  clientOf(() => new Response(bodyOf(pieces), { status: 200, headers: { "content-type": "text/event-stream" } }))
    .chat.completions.stream({
      model: "m",
      messages: [{ role: "user", content: "hi" }],
      stream_options: { include_usage: true }
    })
    .finalChatCompletion()
