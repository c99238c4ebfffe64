import { type BackendError, BackendUnavailable } from "@pensieve/errors"
import type { Conversation } from "@pensieve/models"
import type { Decision, Target } from "@pensieve/router"
import { Effect } from "effect"
import type { Backend } from "../backend.ts"

/** One backend, with what the pool must know of it. */
export interface PoolMember {
  readonly name: string
  readonly backend: Backend["Service"]
}

/** A backend that was chosen for one request. */
export interface ChosenBackend {
  readonly backend: Backend["Service"]
  /** Where the request went. */
  readonly target: () => Target
}

/** The backends there are. */
export class BackendPool {
  readonly #members: ReadonlyMap<string, PoolMember>

  constructor(members: ReadonlyArray<PoolMember>) {
    this.#members = new Map(members.map((member) => [member.name, member]))
  }

  get members(): ReadonlyArray<PoolMember> {
    return [...this.#members.values()]
  }

  member(name: string): PoolMember | undefined {
    return this.#members.get(name)
  }

  /** The backend that answers a request for which this was decided. */
  choose({ target }: Pick<Decision, "target" | "stages">): Effect.Effect<ChosenBackend, BackendError> {
    const member = this.#members.get(target.backend)
    if (member === undefined)
      return Effect.fail(new BackendUnavailable({ message: `There is no backend "${target.backend}".` }))
    return Effect.succeed({
      backend: askingFor(member.backend, target),
      target: () => ({ backend: target.backend, model: target.model ?? member.backend.model })
    })
  }
}

/** A backend that is asked for one of its models. */
const askingFor = (backend: Backend["Service"], { model }: Target): Backend["Service"] => {
  if (model === undefined) return backend
  const { passThrough } = backend
  const routed = (conversation: Conversation): Conversation => ({ ...conversation, routedModel: model })
  return {
    ...backend,
    model,
    countTokens: (conversation) => backend.countTokens(routed(conversation)),
    generate: (conversation) => backend.generate(routed(conversation)),
    ...(passThrough === undefined ? {} : { passThrough: (request) => passThrough({ ...request, model }) })
  }
}
