import { Clock, Context, Duration, Effect, Latch, Layer, type Scope } from "effect"
import { ServerPolicy } from "./policy.ts"

/** Time without requests after which work in the background goes on. An agent pauses that long while its tools run. */
const defaultQuiet: Duration.Input = "5 seconds"

/** Nobody waits for ever: after this long, one piece of work goes on beside what is going on. */
const longestWait: Duration.Input = "1 minute"

/** Who is being answered: what runs in the background waits for those who wait for an answer. */
export class Activity extends Context.Service<
  Activity,
  {
    /** Somebody waits for an answer, until the scope ends. */
    readonly interactive: Effect.Effect<void, never, Scope.Scope>
    /** Waits until nobody has waited for a while. */
    readonly quiet: Effect.Effect<void>
  }
>()("@pensieve/server/Activity") {
  static readonly layer: Layer.Layer<Activity, never, ServerPolicy> = Layer.effect(
    Activity,
    Effect.gen(function* () {
      const { backgroundQuiet = defaultQuiet } = yield* ServerPolicy
      const quietMs = Duration.toMillis(Duration.fromInputUnsafe(backgroundQuiet))
      const idle = yield* Latch.make(true)
      let running = 0
      let lastEnd = Number.NEGATIVE_INFINITY
      const begin = Effect.sync(() => {
        running++
        idle.closeUnsafe()
      })
      const end = Effect.map(Clock.currentTimeMillis, (now) => {
        lastEnd = now
        if (--running === 0) idle.openUnsafe()
      })
      const quiet: Effect.Effect<void> = Effect.gen(function* () {
        yield* idle.await
        const wait = lastEnd + quietMs - (yield* Clock.currentTimeMillis)
        if (wait <= 0) return
        yield* Effect.sleep(wait)
        yield* quiet
      })
      return Activity.of({
        interactive: Effect.acquireRelease(begin, () => end),
        quiet: Effect.asVoid(Effect.timeoutOption(quiet, longestWait))
      })
    })
  )
}
