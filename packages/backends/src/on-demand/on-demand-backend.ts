import type { BackendError } from "@pensieve/errors"
import type { Capabilities } from "@pensieve/models"
import { Deferred, type Duration, Effect, Exit, Fiber, Scope, Semaphore, Stream } from "effect"
import type { Backend, BackendStatus } from "../backend.ts"
import type { ModelRoom, Tenant } from "./model-room.ts"

/** A backend that need not run all the time. */
export interface OnDemandOptions {
  readonly name: string
  readonly model: string
  /** Runs it, for as long as the scope lives. */
  readonly make: Effect.Effect<Backend["Service"], never, Scope.Scope>
  readonly room: ModelRoom
  /** Of the weights. */
  readonly bytes: number
  /** Load it at once, not with the first request. */
  readonly eager: boolean
  /** How often it is looked whether it is still needed. */
  readonly lookEvery: Duration.Input
  /** Looks without a request after which it is unloaded; infinite keeps it. */
  readonly patience: number
  /** Looks without a request after which it is unloaded where memory is short. */
  readonly patienceWhenShort: number
  readonly memoryIsShort: Effect.Effect<boolean>
}

/** One that runs. */
interface Loaded {
  readonly backend: Backend["Service"]
  readonly scope: Scope.Closeable
  readonly gone: Deferred.Deferred<void>
}

const asleep: BackendStatus = { status: "asleep", message: "The model is not loaded; the next request loads it." }
const starting: BackendStatus = { status: "starting", message: "The model is being loaded." }

/**
 * A backend that is loaded by the first request for it and unloaded when nobody has asked for long, when memory is short, or when another needs
 * its room. What it answers is finished before, and whoever asks meanwhile waits.
 */
export const onDemandBackend = (options: OnDemandOptions): Effect.Effect<Backend["Service"], never, Scope.Scope> =>
  Effect.gen(function* () {
    const sleeper = new Sleeper(options, yield* Scope.Scope)
    yield* Effect.addFinalizer(() => Effect.sync(() => sleeper.moveOut()))
    if (options.eager) yield* Effect.forkScoped(sleeper.awake, { startImmediately: true })
    yield* Effect.forkScoped(sleeper.watch)
    return sleeper.backend
  })

class Sleeper {
  readonly #options: OnDemandOptions
  readonly #parent: Scope.Scope
  readonly #change = Semaphore.makeUnsafe(1)
  readonly #tenant: Tenant
  #loaded: Loaded | undefined
  #loading = false
  #leaving = false
  #uses = 0
  #looks = 0
  #idle: Array<() => void> = []
  #remembered: Capabilities | undefined

  constructor(options: OnDemandOptions, parent: Scope.Scope) {
    this.#options = options
    this.#parent = parent
    this.#tenant = {
      bytes: options.bytes,
      leave: this.#change.withPermit(Effect.suspend(() => this.#unload("another model needs its memory")))
    }
  }

  get backend(): Backend["Service"] {
    const { name, model } = this.#options
    return {
      name,
      model,
      status: Effect.suspend(() => {
        if (this.#loaded !== undefined && !this.#leaving) return this.#loaded.backend.status
        return Effect.succeed(this.#loading ? starting : asleep)
      }),
      capabilities: this.#capabilities(),
      countTokens: (conversation) =>
        Effect.scoped(Effect.flatMap(this.#use, (backend) => backend.countTokens(conversation))),
      generate: (conversation) => Stream.unwrap(Effect.map(this.#use, (backend) => backend.generate(conversation))),
      numbers: this.#told(({ numbers }) => numbers),
      words: this.#told(({ words }) => words)
    }
  }

  /** Loads it unless it is loaded. Goes on although nobody waits for it any more. */
  readonly awake: Effect.Effect<void> = Effect.suspend(() => {
    this.#loading = true
    return Effect.flatMap(Effect.forkIn(this.#change.withPermit(this.#load), this.#parent), (fiber) =>
      Fiber.join(fiber)
    )
  })

  /** Looks now and then whether it is still needed. Counts looks, not time: a machine that slept was not idle. */
  readonly watch: Effect.Effect<never> = Effect.forever(
    Effect.gen({ self: this }, function* () {
      const { lookEvery, patience, patienceWhenShort, memoryIsShort } = this.#options
      yield* Effect.sleep(lookEvery)
      if (this.#loaded === undefined || this.#uses > 0) return
      this.#looks++
      if (this.#looks >= patience) yield* this.#unloadIdle("nobody has asked for long")
      else if (this.#looks >= patienceWhenShort && (yield* memoryIsShort)) yield* this.#unloadIdle("memory is short")
    })
  )

  /** It ends for good. */
  moveOut(): void {
    this.#options.room.left(this.#tenant)
  }

  readonly #load: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    if (this.#loaded === undefined) {
      yield* this.#options.room.enter(this.#tenant)
      const scope = yield* Scope.fork(this.#parent)
      const backend = yield* Scope.provide(this.#options.make, scope)
      this.#loaded = { backend, scope, gone: yield* Deferred.make<void>() }
      this.#looks = 0
      yield* Effect.forkIn(Effect.ignore(this.#remember(backend)), scope)
    }
    this.#loading = false
  })

  #unloadIdle(why: string): Effect.Effect<void> {
    return this.#change.withPermit(Effect.suspend(() => (this.#uses > 0 ? Effect.void : this.#unload(why))))
  }

  /** Waits for the end of what it answers. To be called by whoever has the permit. */
  #unload(why: string): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const loaded = this.#loaded
      if (loaded === undefined) return
      this.#leaving = true
      if (this.#uses > 0) yield* Effect.promise(() => new Promise<void>((resolve) => void this.#idle.push(resolve)))
      yield* Scope.close(loaded.scope, Exit.void)
      this.#loaded = undefined
      this.#leaving = false
      this.#options.room.left(this.#tenant)
      yield* Deferred.succeed(loaded.gone, undefined)
      yield* Effect.annotateLogs(Effect.logInfo("model unloaded"), { model: this.#options.model, why })
    })
  }

  /** What is taken is given back with the scope. */
  readonly #use: Effect.Effect<Backend["Service"], never, Scope.Scope> = Effect.gen({ self: this }, function* () {
    while (true) {
      const backend = yield* Effect.acquireRelease(
        Effect.sync(() => this.#take()),
        (taken) => Effect.sync(() => (taken === undefined ? undefined : this.#giveBack()))
      )
      if (backend !== undefined) return backend
      yield* this.awake
    }
  })

  #take(): Backend["Service"] | undefined {
    if (this.#loaded === undefined || this.#leaving) return undefined
    this.#uses++
    this.#looks = 0
    this.#options.room.used(this.#tenant)
    return this.#loaded.backend
  }

  #giveBack(): void {
    this.#uses--
    this.#looks = 0
    if (this.#uses === 0) for (const wake of this.#idle.splice(0)) wake()
  }

  /** What it can do stays known while it is not loaded. Asking is no use of it: whoever watches keeps nobody awake. */
  #capabilities(): Effect.Effect<Capabilities, BackendError> {
    return Effect.suspend(() => {
      const loaded = this.#loaded
      if (loaded !== undefined)
        return Effect.raceFirst(
          this.#remember(loaded.backend),
          Effect.andThen(Deferred.await(loaded.gone), this.#capabilities())
        )
      return this.#remembered === undefined
        ? Effect.scoped(Effect.flatMap(this.#use, ({ capabilities }) => capabilities))
        : Effect.succeed(this.#remembered)
    })
  }

  #remember({ capabilities }: Backend["Service"]): Effect.Effect<Capabilities, BackendError> {
    return Effect.tap(capabilities, (told) =>
      Effect.sync(() => {
        this.#remembered = told
      })
    )
  }

  /** What a loaded one tells of itself; else nothing. */
  #told<A>(
    of: (backend: Backend["Service"]) => Effect.Effect<Readonly<Record<string, A>>, BackendError> | undefined
  ): Effect.Effect<Readonly<Record<string, A>>, BackendError> {
    return Effect.suspend(
      () => (this.#loaded === undefined ? undefined : of(this.#loaded.backend)) ?? Effect.succeed({})
    )
  }
}
