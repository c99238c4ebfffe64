import OpenAI from "openai"

/** Pieces of a byte string, cut at the given sizes in turn. */
export const chunked = (bytes: Uint8Array, sizes: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % Math.max(1, sizes.length)] ?? bytes.length
    pieces.push(bytes.slice(at, at + size))
    at += size
  }
  return pieces
}

const bodyOf = (pieces: ReadonlyArray<Uint8Array>): ReadableStream<Uint8Array> => {
  const left = [...pieces]
  return new ReadableStream({
    pull(controller) {
      const next = left.shift()
      if (next === undefined) controller.close()
      else controller.enqueue(next)
    }
  })
}

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
