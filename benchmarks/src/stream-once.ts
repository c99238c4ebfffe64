import { type Agent, request } from "node:http"

/** Where a streamed answer is asked for. */
export interface Target {
  readonly port: number
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly agent: Agent
}

/** What came of it. */
export interface Streamed {
  /** Milliseconds from the request to the first byte of the answer's body. */
  readonly firstByteMs: number
  readonly bytes: number
}

/** Asks for one streamed answer and reads it with as little work as a client can have. Fails unless it ends with `ending`. */
export const streamOnce = (target: Target, body: string, ending: string): Promise<Streamed> =>
  new Promise((resolve, reject) => {
    const { port, path, agent } = target
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      ...target.headers
    }
    const start = performance.now()
    const outgoing = request({ port, path, agent, headers, method: "POST", host: "127.0.0.1" }, (response) => {
      let firstByteMs = 0
      let bytes = 0
      let tail = ""
      response.on("data", (chunk: Buffer) => {
        if (bytes === 0) firstByteMs = performance.now() - start
        bytes += chunk.length
        tail = tail.slice(-200) + chunk.toString("latin1").slice(-200)
      })
      response.once("end", () =>
        response.statusCode === 200 && tail.includes(ending)
          ? resolve({ firstByteMs, bytes })
          : reject(new Error(`status ${response.statusCode}: ${tail}`))
      )
      response.once("error", reject)
    })
    outgoing.once("error", reject)
    outgoing.end(body)
  })
