import { Effect, type Scope } from "effect"
import type { Member } from "./member.ts"

/** How often a backend is asked how it is. */
const every = "10 seconds"

/** Asks each backend again and again, until the scope ends. */
export const watchHealth = (members: ReadonlyArray<Member>): Effect.Effect<void, never, Scope.Scope> =>
  Effect.forEach(members, (member) => Effect.forkScoped(watch(member)), { discard: true })

const watch = (member: Member): Effect.Effect<never> =>
  Effect.forever(
    Effect.gen(function* () {
      yield* Effect.sleep(every)
      const before = member.healthy
      const { status, message = "" } = yield* member.backend.status
      member.probed(status === "ready" || status === "asleep")
      if (member.healthy === before) return
      yield* (member.healthy ? Effect.logInfo("backend is well again") : Effect.logWarning("backend is not well")).pipe(
        Effect.annotateLogs({ backend: member.name, why: message })
      )
    })
  )
