import { Console, Effect } from "effect"
import { randomUUID } from "node:crypto"
import { readyProxy } from "../clients/ready-proxy.ts"
import { CommandFailure } from "../command-failure.ts"
import { type Asked, timedAnswer, type TimedAnswer } from "./timed-answer.ts"
import { benchLines, type Figures } from "./figures.ts"

/** What is measured. */
export interface BenchOptions {
  /** About so many tokens of prompt. */
  readonly promptTokens: number
  /** So many tokens of answer. */
  readonly answerTokens: number
  /** So many requests at a time. */
  readonly parallel: number
  readonly json: boolean
}

/** One English word is about one token. */
const sentence = "The quick brown fox jumps over the lazy dog while the sun sets behind the hills. "
const wordsOfSentence = 17
/** Prompts of the requests at a time: long enough to be a request, too short to be what is measured. */
const shortPrompt = 64

/** Measures the model that answers, by real requests, one after the other. */
export const runBench = (options: BenchOptions) =>
  Effect.gen(function* () {
    const { record, health, facts } = yield* readyProxy
    if (facts.modelName === undefined)
      return yield* new CommandFailure({
        message: "Anthropic's own models answer: measuring them would cost you money.",
        exitCode: 1
      })
    const asked: Asked = { port: record.port, token: record.token, model: facts.modelName }
    const say = options.json ? () => Effect.void : (text: string) => Console.error(`pensieve: ${text}`)
    // A model that was asleep is not what is measured.
    yield* say(`Asking ${health.model} …`)
    yield* timedAnswer(asked, request(shortPrompt, 1))
    const cold = yield* timedAnswer(asked, request(options.promptTokens, options.answerTokens))
    const warm = yield* secondTurn(asked, options)
    yield* say(`Asking ${options.parallel} times at once …`)
    const together = yield* atOnce(asked, options)
    const figures: Figures = {
      model: health.model,
      backend: health.backend,
      prompt: {
        tokens: cold.promptTokens,
        firstSeconds: cold.firstSeconds,
        tokensPerSecond: (cold.promptTokens - cold.cachedTokens) / cold.firstSeconds
      },
      secondTurn: {
        tokens: warm.promptTokens,
        cachedTokens: warm.cachedTokens,
        firstSeconds: warm.firstSeconds
      },
      answer: { tokens: cold.outputTokens, tokensPerSecond: speedOf(cold) },
      parallel: together
    }
    yield* Console.log(options.json ? JSON.stringify(figures, undefined, 2) : benchLines(figures).join("\n"))
  })

/** A prompt that nobody has asked before, of about so many tokens. */
const fresh = (tokens: number): string =>
  `${randomUUID()} ${sentence.repeat(Math.max(1, Math.round(tokens / wordsOfSentence)))}`

const request = (promptTokens: number, answerTokens: number) => ({
  max_tokens: answerTokens,
  messages: [{ role: "user", content: `${fresh(promptTokens)}\nTell a long story of this fox.` }]
})

/** Asks, and then asks on. */
const secondTurn = (asked: Asked, { promptTokens, answerTokens }: BenchOptions) =>
  Effect.gen(function* () {
    const { messages } = request(promptTokens, answerTokens)
    const { text } = yield* timedAnswer(asked, { max_tokens: answerTokens, messages })
    const onward = [
      ...messages,
      { role: "assistant", content: text === "" ? "…" : text },
      { role: "user", content: "And then?" }
    ]
    return yield* timedAnswer(asked, { max_tokens: answerTokens, messages: onward })
  })

const atOnce = (asked: Asked, { parallel, answerTokens }: BenchOptions) =>
  Effect.gen(function* () {
    const began = performance.now()
    const answers = yield* Effect.forEach(
      Array.from({ length: parallel }, () => request(shortPrompt, answerTokens)),
      (body) => timedAnswer(asked, body),
      { concurrency: "unbounded" }
    )
    const tokens = answers.reduce((sum, { outputTokens }) => sum + outputTokens, 0)
    return { requests: parallel, tokens, tokensPerSecond: tokens / ((performance.now() - began) / 1000) }
  })

/** Tokens a second behind the first; undefined where there was but one. */
const speedOf = ({ outputTokens, restSeconds }: TimedAnswer): number | undefined =>
  outputTokens > 1 && restSeconds > 0 ? (outputTokens - 1) / restSeconds : undefined
