import Anthropic from "@anthropic-ai/sdk"
import { bodyOf } from "../chunked.ts"

/** What the official SDK makes of a stream of these pieces. */
export const readBySdk = (pieces: ReadonlyArray<Uint8Array>): Promise<Anthropic.Message> => {
  const client = new Anthropic({
    apiKey: "unused",
    baseURL: "http://unused.invalid",
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(new Response(bodyOf(pieces), { status: 200, headers: { "content-type": "text/event-stream" } }))
  })
  return client.messages
    .stream({ model: "m", max_tokens: 1, messages: [{ role: "user", content: "hi" }] })
    .finalMessage()
}
