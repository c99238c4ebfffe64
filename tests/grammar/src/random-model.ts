import { Backend, BridgeSupervisor, mlxBackendLayer } from "@pensieve/backends"
import type { Conversation, GenerationEvent } from "@pensieve/models"
import { type Dress, dressedModel, places } from "@pensieve/test-harness"
import { Effect, Layer, Logger, ManagedRuntime, References, Stream } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A model that says anything at random, behind the whole backend: grammar, engine, parser. */
export interface RandomModel {
  /** The family it was taken for. */
  readonly family: () => Promise<string>
  /** The events of one answer for each request, in their order; several are under way at once. */
  readonly answers: (
    requests: ReadonlyArray<Partial<Conversation>>
  ) => Promise<ReadonlyArray<ReadonlyArray<GenerationEvent>>>
  /** Codes of all notices so far of what was mended, refused or asked for again. */
  readonly mended: () => ReadonlyArray<string>
  readonly close: () => Promise<void>
}

/** As many as the engine has places. */
const atOnce = 8

/** A few words of what a grammar asks for are many tokens of a tiny vocabulary. */
const mostTokens = 4000

/** Starts the engine on a tiny model of this dress. */
export const randomModel = async (dress: Dress): Promise<RandomModel> => {
  const modelPath = await dressedModel(dress)
  const folder = mkdtempSync(join(tmpdir(), "pensieve-random-"))
  const supervisor = BridgeSupervisor.layer({
    command: {
      python: places.python,
      folder: places.bridge,
      modelPath,
      allowForced: false,
      cacheFolder: join(folder, "cache")
    },
    socketPath: (start) => join(folder, `${start}.sock`),
    window: 16_384
  })
  const mended: Array<string> = []
  const logger = Logger.make(({ fiber }) => {
    const { code } = fiber.getRef(References.CurrentLogAnnotations)
    if (/^(repair-|call-|answer-)/.test(String(code))) mended.push(String(code))
  })
  const logging = Layer.mergeAll(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "Debug"))
  const backend = mlxBackendLayer({ modelName: "random" }).pipe(Layer.provide(supervisor))
  const runtime = ManagedRuntime.make(Layer.provideMerge(backend, logging))
  const answers: RandomModel["answers"] = (requests) =>
    runtime.runPromise(
      Effect.gen(function* () {
        const backend = yield* Backend
        return yield* Effect.forEach(
          requests,
          (request, seed) => Stream.runCollect(backend.generate(conversation(request, seed))),
          { concurrency: atOnce }
        )
      })
    )
  const family = () =>
    runtime.runPromise(
      Effect.gen(function* () {
        const backend = yield* Backend
        return (yield* backend.capabilities).family
      })
    )
  const close = async () => {
    await runtime.dispose()
    for (const made of [modelPath, folder]) rmSync(made, { recursive: true, force: true })
  }
  return { family, answers, mended: () => mended, close }
}

const conversation = (request: Partial<Conversation>, seed: number): Conversation => ({
  model: "random",
  system: [],
  turns: [{ role: "user", parts: [{ type: "text", text: `Do number ${seed}.` }] }],
  tools: [],
  toolChoice: { type: "auto" },
  parallelToolCalls: false,
  sampling: { temperature: 1, seed },
  // Thoughts at random have no end of their own.
  reasoning: { mode: "budget", budgetTokens: 24, display: "full" },
  output: { type: "text" },
  stopSequences: [],
  maxTokens: mostTokens,
  stream: true,
  hints: { requestClass: "main", cacheBreakpoints: [] },
  notices: [],
  source: { dialect: "anthropic", body: {} },
  ...request
})

/** What an answer says. */
export const textOf = (events: ReadonlyArray<GenerationEvent>): string =>
  events.map((event) => (event.type === "text-delta" ? event.text : "")).join("")
