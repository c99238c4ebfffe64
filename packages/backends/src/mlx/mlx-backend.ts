import type { BackendError } from "@pensieve/errors"
import type { BridgeLine, Capabilities, Conversation, GenerationEvent, Notice } from "@pensieve/models"
import { Effect, Layer, Result, Stream } from "effect"
import { randomBytes } from "node:crypto"
import { Backend, type BackendStatus } from "../backend.ts"
import { makeTurnGatherer, nameOfAnswer } from "./answered-turn.ts"
import { BridgeSupervisor, type ReadyBridge } from "./bridge-supervisor.ts"
import { type ForcedScript, forcedPieces } from "./forced-script.ts"
import { arrangeFor, callsAllowed, planGeneration, planPrompt, unenforced } from "./plan-generation.ts"
import { makeAnswerReader } from "./read-answer.ts"

/** What the backend is told. */
export interface MlxBackendOptions {
  /** The model as the user names it. */
  readonly modelName: string
  /** Scripted answers (tests only). */
  readonly forcedScript?: ForcedScript
}

/** A fresh id of a tool call. @see wire contract, section 3: `toolu_…`, unique in the conversation */
const makeCallId = (): string => `toolu_${randomBytes(15).toString("hex")}`

const logNotice = (notice: Notice): Effect.Effect<void> =>
  (notice.code.endsWith("-not-enforced") ? Effect.logInfo : Effect.logDebug)("notice").pipe(
    Effect.annotateLogs({ code: notice.code, message: notice.message, field: notice.field ?? "" })
  )

/** The backend that runs a model in the Python bridge. */
export const mlxBackendLayer = (options: MlxBackendOptions): Layer.Layer<Backend, never, BridgeSupervisor> =>
  Layer.effect(
    Backend,
    Effect.gen(function* () {
      const supervisor = yield* BridgeSupervisor
      let arrivals = 0

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
        return yield* bridge.client.count(planPrompt(conversation, arrangeFor(conversation, model), model))
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

      const answer = (
        bridge: ReadyBridge,
        conversation: Conversation
      ): Stream.Stream<GenerationEvent, BackendError> => {
        const { model } = bridge
        const { card, family } = model
        const arranged = arrangeFor(conversation, model)
        const forced =
          options.forcedScript === undefined
            ? undefined
            : forcedPieces(options.forcedScript, conversation, family, card.addedTokens, arrivals++)
        const read = makeAnswerReader({
          parser: family.createParser({
            opensReasoning: card.template.opensReasoning && conversation.reasoning.mode !== "off",
            toolNames: conversation.tools.map((tool) => tool.name),
            tools: conversation.tools,
            addedTokens: card.addedTokens
          }),
          makeCallId,
          callsAllowed: callsAllowed(conversation),
          stopSequences: conversation.stopSequences
        })
        const gatherer = makeTurnGatherer()
        let generation = ""
        // Before the client is told that the answer is whole: its next request must find the name.
        const seal = Effect.suspend(() => {
          const key = nameOfAnswer(conversation, arranged, gatherer.parts(), model)
          return key === undefined ? Effect.void : Effect.ignore(bridge.client.seal(generation, key))
        })
        const take = (line: BridgeLine): Effect.Effect<ReadonlyArray<GenerationEvent>, BackendError> => {
          if (line.type === "accepted") generation = line.generation
          const reading = read(line)
          if (Result.isFailure(reading)) return Effect.fail(reading.failure)
          reading.success.forEach(gatherer.take)
          return line.type === "finished" ? Effect.as(seal, reading.success) : Effect.succeed(reading.success)
        }
        return bridge.client
          .generate({ ...planGeneration(conversation, arranged, model), ...(forced === undefined ? {} : { forced }) })
          .pipe(
            Stream.onStart(
              Effect.forEach([...arranged.notices, ...unenforced(conversation)], logNotice, { discard: true })
            ),
            Stream.mapEffect(take),
            Stream.flattenIterable
          )
      }

      return Backend.of({ name: "mlx", model: options.modelName, status, capabilities, countTokens, generate })
    })
  )
