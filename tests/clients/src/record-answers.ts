import type { Proxy } from "@pensieve/test-harness"
import { createServer, type IncomingMessage, request } from "node:http"
import type { AddressInfo } from "node:net"

/** One request of a client and what it was answered. */
interface Recorded {
  readonly path: string
  readonly request: string
  readonly status: number
  readonly answer: string
}

/** A listener between client and proxy that changes nothing. */
export interface Recorder {
  /** The proxy, at the listener's address. */
  readonly proxy: Proxy
  /** Exchanges that have ended, in the order of their ends. */
  readonly recorded: ReadonlyArray<Recorded>
  readonly stop: () => Promise<void>
}

/** Records what goes between clients and a proxy. */
export const recordAnswers = async (proxy: Proxy): Promise<Recorder> => {
  const recorded: Array<Recorded> = []
  const server = createServer((incoming, outgoing) => {
    void textOf(incoming).then((body) => {
      const { method, url: path = "/" } = incoming
      // The proxy answers to its own name only.
      const headers = { ...incoming.headers, host: new URL(proxy.base).host }
      const forwarded = request(new URL(path, proxy.base), { method, headers }, (answer) => {
        const status = answer.statusCode ?? 0
        outgoing.writeHead(status, answer.headers)
        void textOf(answer).then((text) => recorded.push({ path, request: body, status, answer: text }))
        answer.pipe(outgoing)
      })
      outgoing.once("close", () => forwarded.destroy())
      forwarded.once("error", () => outgoing.destroy())
      forwarded.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { proxy: { ...proxy, base: `http://127.0.0.1:${port}` }, recorded, stop }
}

/** The whole body, or what came of it. */
const textOf = (message: IncomingMessage): Promise<string> =>
  new Promise((resolve) => {
    let text = ""
    message.setEncoding("utf8").on("data", (piece: string) => (text += piece))
    message.once("close", () => resolve(text))
  })

/** The text of a streamed message. */
export const streamedText = (answer: string): string =>
  answer
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice("data: ".length)))
    .map((event: { readonly delta?: { readonly text?: string } }) => event.delta?.text ?? "")
    .join("")
