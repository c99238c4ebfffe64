import Anthropic from "@anthropic-ai/sdk"

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
