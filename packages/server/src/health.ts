import { challengeHeader, credentialsOf, isChallenge, proofHeader, proofOf, tokenMatches } from "@pensieve/auth"
import type { Backend } from "@pensieve/backends"
import type { BackendError } from "@pensieve/errors"
import type { Capabilities } from "@pensieve/models"
import type { BackendHealth, ProxyHealth } from "@pensieve/operations"
import { Effect, Option, type Scope } from "effect"
import { HttpServerRequest } from "effect/http"
import { toldWindow } from "./context/scale-window.ts"
import { Exchanges } from "./exchange/exchanges.ts"
import { ServerPolicy } from "./policy.ts"
import { respondJson } from "./respond.ts"
import { byName } from "./route-request.ts"
import { type Arrangement, Routing } from "./routing.ts"
import { Stopping } from "./stopping.ts"

/**
 * `GET /health`: 200 `healthy`, or 503 with what is going on. A stranger learns no more than that; who has the token learns who this is and who
 * answers. A challenge is answered with the proof that this server knows the token.
 *
 * @param port the one this server listens on
 */
export const health = (requestId: string, port: number) =>
  Effect.gen(function* () {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    const { token } = yield* ServerPolicy
    const state = yield* currentState
    const trusted = credentialsOf(headers).some((given) => tokenMatches(given, token))
    const challenge = headers[challengeHeader]
    return respondJson(
      requestId,
      trusted ? yield* details(state) : { status: state.status },
      isChallenge(challenge) ? { [proofHeader]: proofOf(token, port, challenge) } : {},
      state.status === "healthy" ? 200 : 503
    )
  })

type State = Pick<ProxyHealth, "status" | "message">

/** Those who answer where no rule says otherwise. */
const answering = (arrangement: Arrangement): ReadonlyArray<Backend["Service"]> => [
  ...new Set(
    byName(arrangement, "")
      .decision.stages.flat()
      .flatMap((target) => arrangement.pool.member(target.backend)?.backend ?? [])
  )
]

/** One that is ready is enough. */
const currentState = Effect.gen(function* (): Effect.fn.Return<State, never, Routing | Stopping | Scope.Scope> {
  if (yield* (yield* Stopping).begun) return { status: "stopping" }
  const backends = answering(yield* (yield* Routing).current)
  const found = yield* Effect.forEach(backends, ({ status }) => status, { concurrency: "unbounded" })
  if (found.some(({ status }) => status === "ready" || status === "asleep")) return { status: "healthy" }
  const waiting = found.find(({ status }) => status === "starting") ?? found[0]
  const told = waiting?.message === undefined ? {} : { message: waiting.message }
  return { status: waiting?.status === "starting" ? "starting" : "unhealthy", ...told }
})

const details = (state: State) =>
  Effect.gen(function* (): Effect.fn.Return<ProxyHealth, never, Exchanges | Routing | Scope.Scope | ServerPolicy> {
    const arrangement = yield* (yield* Routing).current
    const exchanges = yield* Exchanges
    const { identity } = yield* ServerPolicy
    const [backend] = answering(arrangement)
    const now = {
      ...state,
      ...identity,
      backends: yield* backendsHealth,
      running: exchanges.running(),
      totals: exchanges.totals(),
      memoryBytes: process.memoryUsage.rss()
    }
    if (backend === undefined) return { ...now, backend: "none", model: "none" }
    // Capabilities wait for a model that is being loaded; this answer does not.
    const known = state.status === "healthy" ? yield* Effect.option(backend.capabilities) : Option.none()
    const window = Option.getOrUndefined(known)?.window
    const clientWindow = toldWindow(window, arrangement.context?.scaleWindowTo)
    return {
      ...now,
      backend: backend.name,
      model: backend.model,
      ...(window === undefined ? {} : { window }),
      ...(clientWindow === undefined || clientWindow === window ? {} : { clientWindow }),
      ...(backend.passThrough === undefined ? {} : { passesOn: true })
    }
  })

/** How each of those is who can answer. */
export const backendsHealth: Effect.Effect<ReadonlyArray<BackendHealth>, never, Routing | Scope.Scope> = Effect.gen(
  function* () {
    const { pool } = yield* (yield* Routing).current
    return yield* Effect.forEach(pool.members, ({ name, backend }) => backendHealth(name, backend), {
      concurrency: "unbounded"
    })
  }
)

const backendHealth = (
  name: string,
  { model, status, numbers, words, capabilities }: Backend["Service"]
): Effect.Effect<BackendHealth> =>
  Effect.gen(function* () {
    const now = yield* status
    if (now.status !== "ready") return { name, model, ...now }
    const told = yield* Effect.all([known(numbers), known(words), known(Effect.map(capabilities, cardOf))])
    const [counted, said, card] = told
    return {
      name,
      model,
      ...now,
      ...(counted === undefined ? {} : { numbers: counted }),
      ...(said === undefined ? {} : { words: said }),
      ...(card === undefined ? {} : { card })
    }
  })

/** What can be told; a backend that fails to tell is still shown. */
const known = <A>(asked: Effect.Effect<A, BackendError> | undefined): Effect.Effect<A | undefined> =>
  asked === undefined ? Effect.succeed(undefined) : Effect.orElseSucceed(asked, () => undefined)

const cardOf = (capabilities: Capabilities): NonNullable<BackendHealth["card"]> => {
  const {
    window,
    toolForm,
    reasoning,
    images,
    reportsCache,
    estimatesTokens = false,
    family,
    models = []
  } = capabilities
  return {
    ...(window === undefined ? {} : { window }),
    tools: toolForm,
    reasoning,
    images,
    reportsCache,
    ...(estimatesTokens ? { estimatesTokens } : {}),
    ...(family === "" ? {} : { family }),
    ...(models.length === 0 ? {} : { models: models.length })
  }
}
