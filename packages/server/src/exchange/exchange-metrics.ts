import { Effect, Metric } from "effect"
import type { TallySummary } from "./tally.ts"

const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800]

const requests = Metric.counter("pensieve_requests_total", {
  description: "Requests for an answer that have ended, by API, class of work and outcome.",
  incremental: true
})
const inputTokens = Metric.counter("pensieve_prompt_tokens_total", {
  description: "Tokens of prompts, by whether they were in the cache.",
  incremental: true
})
const outputTokens = Metric.counter("pensieve_answer_tokens_total", {
  description: "Tokens of answers.",
  incremental: true
})
const firstSeconds = Metric.histogram("pensieve_first_word_seconds", {
  description: "Seconds from a request to the first word of its answer.",
  boundaries: seconds
})
const totalSeconds = Metric.histogram("pensieve_answer_seconds", {
  description: "Seconds from a request to the end of its answer.",
  boundaries: seconds
})

/** What an exchange is counted under. */
export interface ExchangeLabels {
  readonly dialect: string
  readonly class: string
  readonly outcome: string
}

/** Counts an exchange that has ended. */
export const countExchange = (labels: ExchangeLabels, summary: TallySummary): Effect.Effect<void> =>
  Effect.gen(function* () {
    const { usage, firstMs, totalMs } = summary
    yield* Metric.update(
      Metric.withAttributes(requests, { ...labels, outcome: labels.outcome.replaceAll(" ", "-") }),
      1
    )
    yield* Metric.update(totalSeconds, totalMs / 1000)
    if (firstMs !== undefined) yield* Metric.update(firstSeconds, firstMs / 1000)
    if (usage === undefined) return
    const written = usage.inputTokens + usage.cacheCreationTokens
    yield* Metric.update(Metric.withAttributes(inputTokens, { cache: "read" }), usage.cacheReadTokens)
    yield* Metric.update(Metric.withAttributes(inputTokens, { cache: "none" }), written)
    yield* Metric.update(outputTokens, usage.outputTokens)
  })
