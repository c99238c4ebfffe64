import { BackendUnavailable } from "@pensieve/errors"
import type { BridgeModel } from "@pensieve/models"
import { Context, Effect, Exit, Layer, Option, Stream, SubscriptionRef } from "effect"
import { rm } from "node:fs/promises"
import { type BridgeClient, makeBridgeClient } from "./bridge-client.ts"
import { type BridgeCommand, type BridgeProcess, type ProcessExit, startBridge } from "./bridge-process.ts"
import { type LoadedModel, loadedModel } from "./plan-generation.ts"
import { logBridgeLine, readableLine } from "./bridge-log.ts"

/** A loaded engine. */
export interface ReadyBridge {
  readonly model: LoadedModel
  readonly client: BridgeClient
}

/** Where the engine is in its life. */
export type BridgeState =
  | { readonly status: "starting"; readonly message: string }
  | { readonly status: "ready"; readonly bridge: ReadyBridge }
  | { readonly status: "failed"; readonly message: string }

/** What the supervisor is told. */
export interface SupervisorOptions {
  readonly command: BridgeCommand
  /** Path of the socket for the n-th start. */
  readonly socketPath: (start: number) => string
  /** Upper bound of the window in tokens, if the user set one. */
  readonly window: number | undefined
}

/** First and longest pause between two starts, milliseconds. */
const firstPauseMs = 500
const longestPauseMs = 30_000
const pollMs = 100
/** A ready engine is asked how it is this often. */
const watchMs = 5_000
/** A dead engine that nobody saw die is replaced within this time, or its callers are told. */
const successorPatience = "1 minute"
/** Below this window no agent can work; a suspected memory exhaustion does not shrink it further. */
const smallestWindow = 4096

/**
 * Keeps one engine process running: starts it, waits until it is ready, watches its health, restarts it with a growing pause.
 *
 * A death by SIGSEGV or SIGKILL counts as suspected memory exhaustion (an allocation that fails kills the process): the next start gets half
 * the window. While a first start or a restart is under way callers of `ready` wait; when a start failed they get its reason at once.
 */
export class BridgeSupervisor extends Context.Service<
  BridgeSupervisor,
  {
    readonly state: Effect.Effect<BridgeState>
    readonly ready: Effect.Effect<ReadyBridge, BackendUnavailable>
    /** The engine that follows one that was found dead before the supervisor saw it. */
    readonly successor: (dead: ReadyBridge) => Effect.Effect<ReadyBridge, BackendUnavailable>
  }
>()("@pensieve/backends/BridgeSupervisor") {
  static readonly layer = (options: SupervisorOptions) => Layer.effect(BridgeSupervisor, supervise(options))
}

const supervise = (options: SupervisorOptions) =>
  Effect.gen(function* () {
    const state = yield* SubscriptionRef.make<BridgeState>({
      status: "starting",
      message: "The model is being loaded."
    })
    const runFork = Effect.runForkWith(yield* Effect.context())
    let window = options.window
    let starts = 0
    let pauseMs = firstPauseMs

    const runOnce = Effect.gen(function* () {
      const socketPath = options.socketPath(starts++)
      yield* Effect.addFinalizer(() => Effect.promise(() => rm(socketPath, { force: true })))
      const child = yield* startBridge(options.command, socketPath, window, (line) => runFork(logBridgeLine(line)))
      const client = yield* makeBridgeClient(socketPath)
      const model = yield* Effect.raceFirst(untilReady(client), Effect.asVoid(child.exit))
      if (model === undefined)
        return { wasReady: false, why: describeEnd(yield* child.exit, child.lastLines()) } as const
      if ("refusal" in model) return { wasReady: false, why: model.refusal } as const
      pauseMs = firstPauseMs
      yield* Effect.logInfo("model ready").pipe(
        Effect.annotateLogs({ model: model.name, window: model.window, device: model.device, blas: model.blas })
      )
      yield* SubscriptionRef.set(state, { status: "ready", bridge: { model: loadedModel(model), client } })
      yield* Effect.raceFirst(untilUnhealthy(client, child), child.exit)
      const exit = yield* child.exit
      return { wasReady: true, why: describeEnd(exit, child.lastLines()), exit, window: model.window } as const
    })

    const loop = Effect.gen(function* () {
      const end = yield* Effect.scoped(runOnce)
      const why = end.why
      if (end.wasReady && diedOfMemory(end.exit)) {
        window = Math.max(smallestWindow, Math.floor(end.window / 2))
        yield* Effect.logWarning(
          "the engine was killed, probably for want of memory; it restarts with a smaller window"
        ).pipe(Effect.annotateLogs({ window }))
      }
      yield* Effect.logError("engine ended").pipe(Effect.annotateLogs({ why, restartInMs: pauseMs }))
      yield* SubscriptionRef.set(
        state,
        end.wasReady
          ? { status: "starting", message: `The engine is restarting (${why}).` }
          : { status: "failed", message: `The engine could not start: ${why}` }
      )
      yield* Effect.sleep(pauseMs)
      pauseMs = Math.min(longestPauseMs, pauseMs * 2)
    })

    yield* Effect.forkScoped(Effect.forever(loop))

    const settled = (accept: (current: BridgeState) => boolean) =>
      Effect.gen(function* () {
        const found = yield* SubscriptionRef.changes(state).pipe(Stream.filter(accept), Stream.runHead)
        const current: BridgeState = Option.getOrElse(found, () => ({
          status: "failed",
          message: "The engine is gone."
        }))
        if (current.status === "ready") return current.bridge
        return yield* new BackendUnavailable({ message: current.message })
      })
    const ready = settled((current) => current.status !== "starting")
    const successor = (dead: ReadyBridge) =>
      settled((current) => current.status === "failed" || (current.status === "ready" && current.bridge !== dead)).pipe(
        Effect.timeoutOrElse({
          duration: successorPatience,
          orElse: () => Effect.fail(new BackendUnavailable({ message: "The engine does not answer." }))
        })
      )

    return BridgeSupervisor.of({ state: SubscriptionRef.get(state), ready, successor })
  })

/** Asks until the engine says that it is ready or cannot be. Never fails: an engine that cannot be reached is still starting. */
const untilReady = (client: BridgeClient): Effect.Effect<BridgeModel | { readonly refusal: string }> =>
  Effect.gen(function* () {
    while (true) {
      const health = yield* Effect.exit(client.health)
      if (Exit.isSuccess(health) && health.value.status === "failed")
        return { refusal: health.value.message ?? "it does not say why" }
      if (Exit.isSuccess(health) && health.value.status === "ready") {
        const model = yield* Effect.exit(client.model)
        if (Exit.isSuccess(model)) return model.value
        yield* Effect.logError("the engine's model card is not what was agreed").pipe(
          Effect.annotateLogs({ cause: String(model.cause) })
        )
      }
      yield* Effect.sleep(pollMs)
    }
  })

/** Ends when the engine says that it has failed, having killed it. */
const untilUnhealthy = (client: BridgeClient, child: BridgeProcess): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (true) {
      yield* Effect.sleep(watchMs)
      const health = yield* Effect.exit(client.health)
      if (Exit.isSuccess(health) && health.value.status === "failed") {
        yield* Effect.logError("the engine reports that it has failed").pipe(
          Effect.annotateLogs({ message: health.value.message ?? "" })
        )
        return yield* child.kill
      }
    }
  })

const diedOfMemory = (exit: ProcessExit): boolean => exit.signal === "SIGSEGV" || exit.signal === "SIGKILL"

const describeEnd = (exit: ProcessExit, lines: ReadonlyArray<string>): string => {
  const how = exit.signal === null ? `exit code ${exit.code ?? "unknown"}` : `signal ${exit.signal}`
  const last = lines.map(readableLine).findLast((line) => line !== "")
  return last === undefined ? how : `${how}; its last words: ${last}`
}
