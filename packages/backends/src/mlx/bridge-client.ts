import { type BackendError, BackendFailed } from "@pensieve/errors"
import { initialNdjson, type NdjsonFrame, pushNdjson } from "@pensieve/framing"
import {
  BridgeCache,
  BridgeCount,
  type BridgeGenerate,
  type BridgeGrammarCheck,
  BridgeGrammarVerdicts,
  BridgeHealth,
  BridgeLine,
  BridgeMetrics,
  BridgeModel,
  type BridgePrompt,
  BridgeSeal,
  isJsonObject
} from "@pensieve/models"
import { Effect, Result, Schema, type Scope, Stream } from "effect"
import { Agent, request } from "undici"
import { bodyError, callError, type GrammarRefused, grammarRefusal, refusalError } from "./bridge-errors.ts"
import { Wiretap } from "../wiretap.ts"
import { readBatches } from "./read-batches.ts"

/** Without a byte for this long a request counts as stuck. */
const progressLimitMs = 3_000_000

const decodeLine = Schema.decodeUnknownResult(BridgeLine)

/** The engine over its Unix socket. Interrupting a call closes its connection, which cancels it in the engine. */
export interface BridgeClient {
  readonly health: Effect.Effect<BridgeHealth, BackendError>
  readonly model: Effect.Effect<BridgeModel, BackendError>
  /** How it is in numbers, by name. */
  readonly numbers: Effect.Effect<Readonly<Record<string, number>>, BackendError>
  /** Names the turn that an answer became. False if the engine does not know it (any more). */
  readonly seal: (generation: string, key: string) => Effect.Effect<boolean, BackendError>
  readonly count: (prompt: BridgePrompt) => Effect.Effect<number, BackendError>
  /** The lines of one answer. Fails before the first line when the engine refuses the request. */
  readonly generate: (body: BridgeGenerate) => Stream.Stream<BridgeLine, BackendError | GrammarRefused>
  /** What the grammar compiler makes of each of these. */
  readonly checkGrammars: (check: BridgeGrammarCheck) => Effect.Effect<BridgeGrammarVerdicts, BackendError>
}

/** Connects to the socket; its connections end with the scope. */
export const makeBridgeClient = (socketPath: string): Effect.Effect<BridgeClient, never, Scope.Scope> =>
  Effect.gen(function* () {
    const agent = yield* Effect.acquireRelease(
      Effect.sync(
        () => new Agent({ connect: { socketPath }, headersTimeout: progressLimitMs, bodyTimeout: progressLimitMs })
      ),
      (agent) => Effect.promise(() => agent.destroy())
    )

    const call = (method: "GET" | "POST", path: string, body?: string) =>
      Effect.tryPromise({
        try: (signal) =>
          request(`http://bridge${path}`, {
            method,
            dispatcher: agent,
            signal,
            ...(body === undefined ? {} : { body, headers: { "content-type": "application/json" } })
          }),
        catch: callError
      })

    const readJson = (response: Awaited<ReturnType<typeof request>>) =>
      Effect.tryPromise({ try: () => response.body.json(), catch: bodyError })

    const json = <S extends Schema.ConstraintDecoder<unknown>>(
      schema: S,
      method: "GET" | "POST",
      path: string,
      body?: unknown,
      statuses: ReadonlyArray<number> = [200]
    ): Effect.Effect<S["Type"], BackendError> => {
      const decode = Schema.decodeUnknownResult(schema)
      return Effect.gen(function* () {
        const response = yield* call(method, path, body === undefined ? undefined : JSON.stringify(body))
        const value = yield* readJson(response)
        if (!statuses.includes(response.statusCode)) return yield* refusalError(response.statusCode, value)
        const decoded = decode(value)
        if (Result.isFailure(decoded))
          return yield* new BackendFailed({
            message: `The engine's answer to ${path} is not what was agreed: ${decoded.failure.message}`
          })
        return decoded.success
      })
    }

    const generate = (body: BridgeGenerate): Stream.Stream<BridgeLine, BackendError | GrammarRefused> =>
      Stream.unwrap(
        Effect.gen(function* () {
          const tap = yield* Wiretap
          const text = JSON.stringify(body)
          tap?.sent(text)
          const response = yield* call("POST", "/generate", text)
          if (response.statusCode !== 200) return yield* refusalError(response.statusCode, yield* readJson(response))
          yield* Effect.addFinalizer(() => Effect.sync(() => response.body.destroy()))
          return linesIn(Stream.fromAsyncIterable<Uint8Array, BackendError>(response.body, bodyError), tap)
        })
      )

    return {
      health: json(BridgeHealth, "GET", "/health", undefined, [200, 503]),
      model: json(BridgeModel, "GET", "/model"),
      numbers: Effect.zipWith(
        json(BridgeMetrics, "GET", "/metrics"),
        json(BridgeCache, "GET", "/cache"),
        ({ guesses: { passes, guessed, right }, ...metrics }, cache) => ({
          ...metrics,
          guessPasses: passes,
          guessedTokens: guessed,
          rightGuesses: right,
          guessAcceptance: guessed === 0 ? 0 : right / guessed,
          cacheEntries: cache.entries,
          cacheBytes: cache.bytes,
          cacheBudgetBytes: cache.budgetBytes,
          cacheTokens: cache.tokens
        }),
        { concurrent: true }
      ),
      seal: (generation, key) =>
        Effect.map(json(BridgeSeal, "POST", "/seal", { generation, key }), (answer) => answer.sealed),
      count: (prompt) => Effect.map(json(BridgeCount, "POST", "/count", prompt), (answer) => answer.tokens),
      generate,
      checkGrammars: (check) => json(BridgeGrammarVerdicts, "POST", "/grammar/check", check)
    }
  })

/** The lines of an answer, as many at a time as the bytes hold. */
const linesIn = (
  bytes: Stream.Stream<Uint8Array, BackendError>,
  tap: Wiretap | undefined
): Stream.Stream<BridgeLine, BackendError | GrammarRefused> => {
  let reader = initialNdjson()
  return readBatches(bytes, (chunk) => {
    const [next, frames] = pushNdjson(reader, chunk)
    reader = next
    const lines = parseFrames(frames)
    if (tap !== undefined && Result.isSuccess(lines))
      for (const line of lines.success) if (isText(line)) tap.heard(line.text)
    return lines
  })
}

const parseFrames = (
  frames: ReadonlyArray<NdjsonFrame>
): Result.Result<ReadonlyArray<BridgeLine>, BackendError | GrammarRefused> => {
  const lines: Array<BridgeLine> = []
  for (const frame of frames) {
    const value = frame.type === "line" ? parseJson(frame.text) : undefined
    if (isText(value)) {
      lines.push(value)
      continue
    }
    const decoded = decodeLine(value)
    if (Result.isFailure(decoded))
      return Result.fail(new BackendFailed({ message: "The engine sent a line that is not of the protocol." }))
    const refusal = grammarRefusal(decoded.success)
    if (refusal !== undefined) return Result.fail(refusal)
    lines.push(decoded.success)
  }
  return Result.succeed(lines)
}

/** Nearly every line is one: a Schema's decoder would take longer for it than all the rest of the way. */
const isText = (value: unknown): value is Extract<BridgeLine, { readonly text: string }> =>
  isJsonObject(value) && value.type === "piece" && typeof value.text === "string"

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
