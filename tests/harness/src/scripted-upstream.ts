import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** One thing that an answer does: writes, waits, breaks off behind what is written, or never ends. */
export type UpstreamStep =
  | string
  | Uint8Array
  | { readonly waitMs: number }
  | { readonly until: Promise<unknown> }
  | "die"
  | "hang"

/** One answer. Without a status it is 200 and an event stream. */
export interface UpstreamAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Before the headers leave. */
  readonly before?: ReadonlyArray<UpstreamStep>
  readonly steps: ReadonlyArray<UpstreamStep>
}

/** One request that came. */
export interface UpstreamCall {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage["headers"]
  readonly text: string
  /** Port of the other side: the same one is the same connection. */
  readonly clientPort: number | undefined
  /** What the answer says has been said, up to its end or to where it hangs or waits. */
  readonly said: Promise<void>
  /** Milliseconds since 1970 when the other side hung up before the answer had ended; never, if it did not. */
  readonly hungUp: Promise<number>
  /** Bytes that this side's system has taken of the answer so far. */
  readonly written: () => number
}

/** What the server says to a request. Called for each. */
export type UpstreamScript = (call: UpstreamCall, place: number) => UpstreamAnswer

/** A server with OpenAI's or Anthropic's API that does what a test tells it to. */
export interface ScriptedUpstream {
  readonly url: string
  readonly port: number
  /** Requests for an answer (`POST …/chat/completions`, `…/messages`), in order. */
  readonly calls: ReadonlyArray<UpstreamCall>
  /** Every request, in order. */
  readonly seen: ReadonlyArray<UpstreamCall>
  /** Waits for the n-th request for an answer, from 0. */
  readonly call: (place: number) => Promise<UpstreamCall>
  /** What follows is answered so. */
  readonly play: (script: UpstreamScript | UpstreamAnswer) => void
  readonly stop: () => Promise<void>
}

/** How a scripted upstream is made. */
export interface UpstreamOptions {
  readonly script?: UpstreamScript | UpstreamAnswer
  /** Answers by method and path: `GET /props`. A model list is there unless it is replaced. */
  readonly routes?: Readonly<Record<string, unknown>>
  /** The same with a status of their own. */
  readonly statuses?: Readonly<Record<string, readonly [status: number, body: unknown]>>
  readonly headers?: Readonly<Record<string, string>>
  readonly port?: number
}

const modelList = { object: "list", data: [{ id: "scripted-model", object: "model", owned_by: "somebody" }] }

/** Starts a scripted upstream on a free port. */
export const startUpstream = async (options: UpstreamOptions = {}): Promise<ScriptedUpstream> => {
  const calls: Array<UpstreamCall> = []
  const seen: Array<UpstreamCall> = []
  const waiting: Array<() => void> = []
  let script = options.script ?? { status: 500, steps: ["no script"] }
  const routes: Readonly<Record<string, unknown>> = { "GET /v1/models": modelList, ...options.routes }

  const server = createServer((request, response) => {
    response.socket?.setNoDelay(true)
    void readText(request).then((text) => {
      const { promise: said, resolve: still } = Promise.withResolvers<void>()
      const call = callOf(request, response, text, said)
      seen.push(call)
      const [path = ""] = call.path.split("?")
      // An answer may be for a certain query.
      const keys = [`${call.method} ${call.path}`, `${call.method} ${path}`]
      const own = keys.map((key) => options.statuses?.[key]).find((found) => found !== undefined)
      const [status, body] = own ?? [200, keys.map((key) => routes[key]).find((found) => found !== undefined)]
      if (body !== undefined) return respond(response, jsonAnswer(body, status, options.headers))
      if (call.method !== "POST" || !/\/(chat\/completions|messages)$/.test(path))
        return respond(response, jsonAnswer({ error: { message: `nothing at ${call.path}` } }, 404, options.headers))
      const place = calls.push(call) - 1
      for (const wake of waiting.splice(0)) wake()
      return respond(response, typeof script === "function" ? script(call, place) : script, still)
    })
  })
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    calls,
    seen,
    call: async (place) => {
      for (;;) {
        const found = calls[place]
        if (found !== undefined) return found
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
    play: (next) => {
      script = next
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Array<Uint8Array> = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString("utf8")
}

const callOf = (
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
  said: Promise<void>
): UpstreamCall => ({
  method: request.method ?? "",
  path: request.url ?? "",
  headers: request.headers,
  text,
  clientPort: request.socket.remotePort,
  said,
  hungUp: new Promise((resolve) =>
    response.once("close", () => {
      if (!response.writableFinished) resolve(Date.now())
    })
  ),
  written: () => request.socket.bytesWritten
})

/** A whole JSON answer. */
export const jsonAnswer = (
  body: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {}
): UpstreamAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  steps: [JSON.stringify(body)]
})

const respond = async (
  response: ServerResponse,
  answer: UpstreamAnswer,
  still: () => void = () => undefined
): Promise<void> => {
  if (!(await perform(response, answer.before ?? [], still))) return
  response.writeHead(answer.status ?? 200, { "content-type": "text/event-stream", ...answer.headers })
  response.flushHeaders()
  if (await perform(response, answer.steps, still)) response.end()
  still()
}

/** Does the steps in order; false if the answer has no end. */
const perform = async (
  response: ServerResponse,
  steps: ReadonlyArray<UpstreamStep>,
  still: () => void
): Promise<boolean> => {
  for (const step of steps) {
    if (response.destroyed) return false
    if (step === "hang") return false
    if (step === "die") {
      // What is written leaves in the next tick.
      await new Promise((resolve) => setImmediate(resolve))
      response.socket?.end()
      return false
    }
    if (typeof step === "string" || step instanceof Uint8Array) {
      if (!response.write(step)) await drained(response)
    } else if ("until" in step) {
      still()
      await step.until
    } else await new Promise((resolve) => setTimeout(resolve, step.waitMs))
  }
  return true
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      response.off("drain", go).off("close", go)
      resolve()
    }
    response.on("drain", go).on("close", go)
  })
