import OpenAI from "openai"
import { bodyOf } from "../chunked.ts"

/** The official SDK, which receives this answer to whatever it asks. */
export const clientOf = (answer: () => Response): OpenAI =>
  new OpenAI({
    apiKey: "unused",
    baseURL: "http://unused.invalid/v1",
    maxRetries: 0,
    fetch: () => Promise.resolve(answer())
  })

const request = { model: "m", input: "hi" }

/** What the official SDK makes of a stream of these pieces. */
export const readBySdk = (pieces: ReadonlyArray<Uint8Array>) =>
  clientOf(() => new Response(bodyOf(pieces), { status: 200, headers: { "content-type": "text/event-stream" } }))
    .responses.stream(request)
    .finalResponse()

/** What the official SDK makes of a whole response. */
export const parseBySdk = (response: object) =>
  clientOf(
    () => new Response(JSON.stringify(response), { status: 200, headers: { "content-type": "application/json" } })
  ).responses.parse(request)
