import { Effect, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { HttpServerResponse } from "effect/http"
import { Exchanges } from "./exchange/exchanges.ts"
import { backendsHealth } from "./health.ts"
import { baseHeaders } from "./respond.ts"

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
const contentType = "text/plain; version=0.0.4; charset=utf-8"

const up = Metric.gauge("pensieve_backend_up", { description: "Whether a backend can answer now." })
const running = Metric.gauge("pensieve_requests_running", {
  description: "Requests for an answer under way, by phase."
})
const memory = Metric.gauge("pensieve_memory_bytes", { description: "Memory of the proxy itself." })
const numbers = Metric.gauge("pensieve_backend", { description: "What a backend tells of itself, by name." })

/** `GET /metrics`, for Prometheus. */
export const metrics = (requestId: string) =>
  Effect.gen(function* () {
    const exchanges = yield* Exchanges
    const text = yield* Effect.provideService(
      Effect.andThen(measure, PrometheusMetrics.format()),
      Metric.MetricRegistry,
      exchanges.registry
    )
    return HttpServerResponse.text(text, { contentType, headers: baseHeaders(requestId) })
  })

/** What is not counted as it happens is looked at when somebody asks. */
const measure = Effect.gen(function* () {
  const exchanges = yield* Exchanges
  const phases = exchanges.running().map(({ phase }) => phase)
  for (const phase of ["waiting", "prefill", "answering"])
    yield* Metric.update(Metric.withAttributes(running, { phase }), phases.filter((one) => one === phase).length)
  yield* Metric.update(memory, process.memoryUsage.rss())
  for (const { name: backend, status, numbers: told = {} } of yield* backendsHealth) {
    yield* Metric.update(Metric.withAttributes(up, { backend }), status === "ready" || status === "asleep" ? 1 : 0)
    for (const [name, value] of Object.entries(told))
      yield* Metric.update(Metric.withAttributes(numbers, { backend, name }), value)
  }
})
