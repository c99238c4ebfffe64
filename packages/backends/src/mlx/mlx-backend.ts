import type { BackendError } from "@pensieve/errors"
import type { Capabilities, Conversation, GenerationEvent } from "@pensieve/models"
import { Effect, Layer, Stream } from "effect"
import { Backend, type BackendStatus } from "../backend.ts"
import { answerStream } from "./answer-stream.ts"
import { BridgeSupervisor, type ReadyBridge } from "./bridge-supervisor.ts"
import type { ForcedScript } from "./forced-script.ts"
import { GrammarPlans } from "./grammar-plans.ts"
import { OwnCalls } from "./own-calls.ts"
import { arrangeFor, planPrompt } from "./plan-generation.ts"

/** What the backend is told. */
export interface MlxBackendOptions {
  /** What it is called; `mlx` unless told otherwise. */
  readonly name?: string
  /** The model as the user names it. */
  readonly modelName: string
  /** Scripted answers (tests only). */
  readonly forcedScript?: ForcedScript
}

/** The backend that runs a model in the Python bridge. */
export const mlxBackendLayer = (options: MlxBackendOptions): Layer.Layer<Backend, never, BridgeSupervisor> =>
  Layer.effect(
    Backend,
    Effect.gen(function* () {
      const supervisor = yield* BridgeSupervisor
      const ownCalls = new OwnCalls()
      let arrivals = 0
      const plans = new GrammarPlans()

      const status = Effect.map(supervisor.state, (state): BackendStatus =>
        state.status === "ready" ? { status: "ready" } : { status: state.status, message: state.message }
      )

      const capabilities = Effect.map(supervisor.ready, (bridge): Capabilities => {
        const { card, family, reasoning } = bridge.model
        return {
          modelName: options.modelName,
          window: card.window,
          toolForm: family.toolForm,
          reasoning: reasoning !== null,
          images: false,
          reportsCache: true,
          family: family.name
        }
      })

      const countTokens = Effect.fn("MlxBackend.countTokens")(function* (
        conversation: Conversation
      ): Effect.fn.Return<number, BackendError> {
        const bridge = yield* supervisor.ready
        const { model } = bridge
        const asked = ownCalls.recall(conversation)
        return yield* bridge.client.count(planPrompt(asked, arrangeFor(asked, model), model))
      })

      // An engine that died between two requests says nothing at all: the request goes to its successor, once.
      const generate = (conversation: Conversation): Stream.Stream<GenerationEvent, BackendError> =>
        Stream.unwrap(
          Effect.map(supervisor.ready, (bridge) =>
            Stream.catchTag(answer(bridge, conversation), "BackendUnavailable", () =>
              Stream.unwrap(Effect.map(supervisor.successor(bridge), (next) => answer(next, conversation)))
            )
          )
        )

      const answer = (bridge: ReadyBridge, conversation: Conversation) =>
        answerStream(bridge, conversation, {
          ownCalls,
          arrival: arrivals++,
          plans,
          ...(options.forcedScript === undefined ? {} : { script: options.forcedScript })
        })

      return Backend.of({
        name: options.name ?? "mlx",
        model: options.modelName,
        status,
        capabilities,
        countTokens,
        generate,
        numbers: Effect.flatMap(supervisor.ready, ({ client }) => client.numbers)
      })
    })
  )
