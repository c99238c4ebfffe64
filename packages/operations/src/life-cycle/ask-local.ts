import { NotReached } from "@pensieve/errors"
import { Effect } from "effect"
import { Agent, request } from "node:http"

/** A request to a port of this machine. */
export interface LocalRequest {
  readonly port: number
  readonly path: string
  readonly method?: "GET" | "POST"
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Milliseconds until the whole answer must be there; 3000 unless told otherwise. */
  readonly withinMs?: number
}

/** Its answer. */
export interface LocalAnswer {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

const defaultLimitMs = 3000

/** What a stranger on the port may send at most. */
const largestAnswer = 8 * 1024 * 1024

/** Our own, so that no proxy of the environment is asked for what is on this machine, and no connection outlives its answer. */
const agent = new Agent({ keepAlive: false })

/** Asks whoever listens on a port of 127.0.0.1. */
export const askLocal = (asked: LocalRequest): Effect.Effect<LocalAnswer, NotReached> =>
  Effect.callback<LocalAnswer, NotReached>((resume) => {
    const { port, path, method = "GET", headers = {}, body, withinMs = defaultLimitMs } = asked
    const fail = (why: string, refused = false) =>
      resume(Effect.fail(new NotReached({ message: `Nothing answers on port ${port}: ${why}.`, refused })))
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece
        if (text.length > largestAnswer) sent.destroy(new Error("it sends without end"))
      })
      response.on("error", (error) => fail(error.message))
      response.on("end", () =>
        resume(Effect.succeed({ status: response.statusCode ?? 0, headers: response.headers, text }))
      )
    })
    const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${withinMs} ms`)), withinMs)
    sent.on("close", () => clearTimeout(timer))
    sent.on("error", (error) => fail(error.message, "code" in error && error.code === "ECONNREFUSED"))
    sent.end(body)
    return Effect.sync(() => sent.destroy())
  })
