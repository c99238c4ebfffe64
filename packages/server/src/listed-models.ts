import type { PoolMember } from "@pensieve/backends"
import type { BackendError } from "@pensieve/errors"
import { resolveModel } from "@pensieve/router"
import { Effect, Option } from "effect"
import { toldWindow } from "./context/scale-window.ts"
import { type Arrangement, hasChoice } from "./routing.ts"

/** A backend that does not tell its models within this time is left out of the list. */
const patience = "2 seconds"

/** One model, as it is told to clients. */
export interface ListedModel {
  readonly id: string
  readonly displayName: string
  readonly createdAt: string
  readonly window?: number
}

/** Makes entries, with windows as clients are told of them. */
const entriesFor =
  ({ context }: Arrangement) =>
  (id: string, name: string, own: number | undefined): ListedModel => {
    const window = toldWindow(own, context?.scaleWindowTo)
    return {
      id,
      displayName: id === name ? name : `${id} (${name})`,
      createdAt: "2026-01-01T00:00:00Z",
      ...(window === undefined ? {} : { window })
    }
  }

/** Every model that can be asked for by name: the backend's own, or those of the configuration and of each backend, as `backend,model`. */
export const listedModels = (arrangement: Arrangement): Effect.Effect<ReadonlyArray<ListedModel>, BackendError> =>
  Effect.gen(function* () {
    const { rules, pool } = arrangement
    const entry = entriesFor(arrangement)
    const [only] = pool.members
    if (!hasChoice(arrangement) && only !== undefined)
      return (yield* modelsOf(only)).all.map(({ id, window }) => entry(id, id, window))
    const known = yield* Effect.forEach(
      pool.members,
      (member) => Effect.map(knownModels(member), (models) => [member.name, models] as const),
      { concurrency: "unbounded" }
    )
    const byBackend = new Map(known)
    const windowAt = (name: string): number | undefined => {
      const resolved = resolveModel(name, rules)
      const target = resolved?.stages[0][0]
      const models = byBackend.get(target?.backend ?? "")
      return resolved?.window ?? (models === undefined ? undefined : servedBy(models, target?.model).window)
    }
    return [
      ...Object.keys(rules.models).map((name) => entry(name, name, windowAt(name))),
      ...known.flatMap(([backend, models]) =>
        (models?.all ?? []).map(({ id, window }) => entry(`${backend},${id}`, `${id} on ${backend}`, window))
      )
    ]
  })

/** The entry of one id: every id is answered by some model, so every id is a model. */
export const listedModel = (arrangement: Arrangement, id: string): Effect.Effect<ListedModel, BackendError> =>
  Effect.gen(function* () {
    const listed = yield* listedModels(arrangement)
    const own = listed.find((one) => one.id === id)
    if (own !== undefined) return own
    const { rules, pool } = arrangement
    const entry = entriesFor(arrangement)
    const resolved = resolveModel(id, rules) ?? resolveModel(rules.default, rules)
    const target = resolved?.stages[0][0]
    const member = pool.member(target?.backend ?? "")
    if (member === undefined) return entry(id, id, undefined)
    const served = servedBy(yield* modelsOf(member), target?.model)
    return entry(id, target?.model ?? served.id, resolved?.window ?? served.window)
  })

interface KnownModel {
  readonly id: string
  readonly window: number | undefined
}

/** A backend's models; one of them answers for every name that is none of them. */
interface KnownModels {
  readonly main: KnownModel
  readonly all: ReadonlyArray<KnownModel>
}

const modelsOf = ({ backend }: PoolMember): Effect.Effect<KnownModels, BackendError> =>
  Effect.map(backend.capabilities, ({ modelName, window, models }) => {
    const main = { id: modelName, window }
    return { main, all: models ?? [main] }
  })

/** The model that a target means. */
const servedBy = ({ main, all }: KnownModels, model: string | undefined): KnownModel =>
  model === undefined ? main : (all.find(({ id }) => id === model) ?? main)

/** Undefined where the backend does not tell. A model that is not loaded is not loaded for a list. */
const knownModels = (member: PoolMember): Effect.Effect<KnownModels | undefined> =>
  Effect.flatMap(member.backend.status, ({ status }) => {
    const main = { id: member.backend.model, window: undefined }
    return status === "asleep" ? Effect.succeed({ main, all: [main] }) : toldModels(member)
  })

const toldModels = (member: PoolMember): Effect.Effect<KnownModels | undefined> =>
  modelsOf(member).pipe(
    Effect.timeoutOption(patience),
    Effect.map(Option.getOrUndefined),
    Effect.catch(() => Effect.succeed(undefined))
  )
