import { initialSseDecode, pushSse } from "@pensieve/framing"
import { Effect } from "effect"
import { Agent, request } from "node:http"
import { CommandFailure } from "../command-failure.ts"

/** Whom the questions are for. */
export interface Asked {
  readonly port: number
  readonly token: string
  /** As a client names it. */
  readonly model: string
}

/** An answer, and when it came. */
export interface TimedAnswer {
  /** Until the first word. */
  readonly firstSeconds: number
  /** From the first word to the last. */
  readonly restSeconds: number
  /** Tokens of the prompt. */
  readonly promptTokens: number
  /** Those of them that were computed before. */
  readonly cachedTokens: number
  readonly outputTokens: number
  readonly text: string
}

/** Our own, so that no proxy of the environment is asked for what is on this machine. */
const agent = new Agent({ keepAlive: false })

/** Asks, and looks at the clock. */
export const timedAnswer = ({ port, token, model }: Asked, body: object): Effect.Effect<TimedAnswer, CommandFailure> =>
  Effect.callback<TimedAnswer, CommandFailure>((resume) => {
    const fail = (why: string) =>
      resume(Effect.fail(new CommandFailure({ message: `The model did not answer: ${why}`, exitCode: 1 })))
    const watch = new AnswerWatch()
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "anthropic-version": "2023-06-01"
    }
    const sent = request(
      { host: "127.0.0.1", port, path: "/v1/messages", method: "POST", headers, agent },
      (response) => {
        let state = initialSseDecode
        let text = ""
        response.on("data", (bytes: Buffer) => {
          if (response.statusCode !== 200) {
            text += bytes.toString("utf8")
            return
          }
          const [next, events] = pushSse(state, bytes)
          state = next
          for (const { data } of events) watch.take(JSON.parse(data))
        })
        response.on("error", (error) => fail(error.message))
        response.on("end", () => {
          const error = response.statusCode === 200 ? watch.error : text.slice(0, 300)
          return error === undefined ? resume(Effect.succeed(watch.answer())) : fail(error)
        })
      }
    )
    sent.on("error", (error) => fail(error.message))
    sent.end(JSON.stringify({ model, stream: true, temperature: 0, ...body }))
    return Effect.sync(() => sent.destroy())
  })

/** A usage, as the API writes it. */
interface Usage {
  readonly input_tokens?: number
  readonly cache_read_input_tokens?: number
  readonly cache_creation_input_tokens?: number
  readonly output_tokens?: number
}

interface StreamEvent {
  readonly type: string
  readonly message?: { readonly usage?: Usage }
  readonly usage?: Usage
  readonly delta?: { readonly text?: string }
  readonly error?: { readonly message?: string }
}

/** What the events of one answer tell. */
class AnswerWatch {
  readonly #began = performance.now()
  #first: number | undefined
  #last = this.#began
  #usage: Usage = {}
  #text = ""
  error: string | undefined

  take({ type, message, usage, delta, error }: StreamEvent): void {
    this.#usage = { ...this.#usage, ...message?.usage, ...usage }
    if (type === "error") this.error = error?.message ?? "an error without a message"
    if (type !== "content_block_delta") return
    this.#last = performance.now()
    this.#first ??= this.#last
    this.#text += delta?.text ?? ""
  }

  answer(): TimedAnswer {
    const first = this.#first ?? performance.now()
    const {
      input_tokens = 0,
      cache_read_input_tokens = 0,
      cache_creation_input_tokens = 0,
      output_tokens = 0
    } = this.#usage
    return {
      firstSeconds: (first - this.#began) / 1000,
      restSeconds: Math.max(0, this.#last - first) / 1000,
      promptTokens: input_tokens + cache_read_input_tokens + cache_creation_input_tokens,
      cachedTokens: cache_read_input_tokens,
      outputTokens: output_tokens,
      text: this.#text
    }
  }
}
