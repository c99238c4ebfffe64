import { Backend, BackendPool, type PassThrough } from "@pensieve/backends"
import type { Sampling } from "@pensieve/models"
import { type RoutingRules, singleBackend } from "@pensieve/router"
import type { AnswerCache } from "./cache/cache-policy.ts"
import type { ContextPolicy } from "./context/prompt-limit.ts"
import type { RoutingFunction } from "./routing-function.ts"
import { Context, Effect, Layer, type Scope } from "effect"

/** Who answers what, as one configuration says. */
export interface Arrangement {
  readonly rules: RoutingRules
  readonly pool: BackendPool
  /** How tokens are chosen where a request does not say, by the configuration's name of the model. */
  readonly sampling: Readonly<Record<string, Sampling>>
  /** How windows are dealt with. */
  readonly context?: ContextPolicy
  /** Answers that are kept for requests that come again. */
  readonly cache?: AnswerCache
  /** The user's own choice, which the rules are told of. */
  readonly choose?: RoutingFunction
}

/** An arrangement, and how to let it go once nobody uses it. */
export interface HeldArrangement {
  readonly arrangement: Arrangement
  readonly release: Effect.Effect<void>
}

/** A routing that can be told to change. */
export interface ChangingRouting {
  readonly routing: Routing["Service"]
  readonly change: (next: HeldArrangement) => Effect.Effect<void>
}

interface InUse extends HeldArrangement {
  users: number
  superseded: boolean
}

const inUse = (held: HeldArrangement): InUse => ({ ...held, users: 0, superseded: false })

/** Which arrangement is in force. */
export class Routing extends Context.Service<
  Routing,
  {
    /** The arrangement for a request that begins now; its backends stay until the scope ends. */
    readonly current: Effect.Effect<Arrangement, never, Scope.Scope>
  }
>()("@pensieve/server/Routing") {
  /** One arrangement for good. */
  static readonly fixed = (arrangement: Arrangement): Layer.Layer<Routing> =>
    Layer.succeed(Routing, Routing.of({ current: Effect.succeed(arrangement) }))

  /** An arrangement until another takes its place; requests that began before keep theirs. */
  static readonly changing = (first: HeldArrangement): ChangingRouting => {
    let newest = inUse(first)
    const leave = (left: InUse): Effect.Effect<void> =>
      // Nobody waits for what is no longer needed.
      left.superseded && left.users === 0 ? Effect.asVoid(Effect.forkDetach(left.release)) : Effect.void
    return {
      routing: Routing.of({
        current: Effect.map(
          Effect.acquireRelease(
            Effect.sync(() => {
              newest.users++
              return newest
            }),
            (used) =>
              Effect.suspend(() => {
                used.users--
                return leave(used)
              })
          ),
          ({ arrangement }) => arrangement
        )
      }),
      change: (next) =>
        Effect.suspend(() => {
          const before = newest
          newest = inUse(next)
          before.superseded = true
          return leave(before)
        })
    }
  }

  /** One backend, which answers everything. */
  static readonly single: Layer.Layer<Routing, never, Backend> = Layer.effect(
    Routing,
    Effect.map(Backend, (backend) =>
      Routing.of({
        current: Effect.succeed({
          rules: singleBackend(backend.name),
          pool: new BackendPool([{ name: backend.name, backend }]),
          sampling: {}
        })
      })
    )
  )
}

/** Whether there is anything to choose. */
export const hasChoice = ({ rules, choose }: Arrangement): boolean =>
  choose !== undefined || rules.backends.length > 1 || Object.keys(rules.models).length > 0

/** What passes on every request of Anthropic's clients, where there is nothing to choose. */
export const onlyPassThrough = (arrangement: Arrangement): PassThrough | undefined =>
  hasChoice(arrangement) ? undefined : arrangement.pool.member(arrangement.rules.default)?.backend.passThrough
