import type { FunctionAnswer, RoutingFacts } from "@pensieve/router"
import { Data, Effect, Option, type Scope } from "effect"
import { pathToFileURL } from "node:url"
import { Worker } from "node:worker_threads"
import { workerSource } from "./routing-worker-source.ts"

/** A file of the user's that cannot be used as a routing function. */
export class RoutingFunctionUnusable extends Data.TaggedError("RoutingFunctionUnusable")<{
  readonly message: string
}> {}

/** Asks the user's own function which model is to answer. It cannot fail: what goes wrong is its answer. */
export type RoutingFunction = (facts: RoutingFacts) => Effect.Effect<FunctionAnswer>

/** How a routing function is run. */
export interface RoutingFunctionOptions {
  /** Absolute path of the module. */
  readonly file: string
  /** Milliseconds an answer may take. */
  readonly limitMs: number
}

/** A module that takes longer to load does not load. */
const loadPatience = "10 seconds"
/** Memory of the worker, megabytes. */
const memoryMb = 128
/** Headers that a function has no business with. */
const credentials = new Set(["authorization", "x-api-key", "cookie", "proxy-authorization"])

/**
 * Loads the default export of a module into a worker of its own, where nothing that it does can hold up or harm the server. A worker that
 * does not answer in time is ended, and another one takes its place with the next request.
 */
export const makeRoutingFunction = ({
  file,
  limitMs
}: RoutingFunctionOptions): Effect.Effect<RoutingFunction, RoutingFunctionUnusable, Scope.Scope> =>
  Effect.gen(function* () {
    let run = new Run(file)
    yield* Effect.addFinalizer(() => Effect.sync(() => run.end("the server stopped")))
    const problem = yield* loading(run)
    if (problem !== undefined) return yield* new RoutingFunctionUnusable({ message: `${file} ${problem}` })
    const late = `it took longer than ${limitMs} ms`
    return (facts) =>
      Effect.gen(function* () {
        if (run.ended) run = new Run(file)
        const own = run
        const trouble = yield* loading(own)
        if (trouble !== undefined) return failed(`the file ${trouble}`)
        const answer = yield* Effect.timeoutOption(own.ask(facts), limitMs)
        if (Option.isNone(answer)) own.end(late)
        return Option.getOrElse(answer, () => failed(late))
      })
  })

/** What keeps a worker from being asked. */
const loading = (run: Run): Effect.Effect<string | undefined> =>
  Effect.map(
    Effect.timeoutOption(run.loaded, loadPatience),
    Option.getOrElse((): string | undefined => `did not load within ${loadPatience}`)
  )

/** What a worker says. @see routing-worker-source.ts */
type Said =
  | { readonly type: "loaded"; readonly problem?: string }
  | { readonly type: "answer"; readonly id: number; readonly value?: unknown; readonly threw?: string }

/** One worker, until it ends. */
class Run {
  readonly #worker: Worker
  readonly #waiting = new Map<number, (answer: FunctionAnswer) => void>()
  readonly #load = Promise.withResolvers<string | undefined>()
  #asked = 0
  #end: string | undefined

  constructor(file: string) {
    this.#worker = new Worker(workerSource, {
      eval: true,
      workerData: { url: pathToFileURL(file).href },
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      // Keys of services stand in the environment.
      env: {}
    })
    this.#worker.unref()
    this.#worker.on("message", (said: Said) => this.#hear(said))
    this.#worker.on("error", (cause) => this.end(`it broke: ${cause instanceof Error ? cause.message : String(cause)}`))
    this.#worker.on("exit", () => this.end("it ended its worker"))
  }

  get ended(): boolean {
    return this.#end !== undefined
  }

  /** What is wrong with the module, once it is known. */
  get loaded(): Effect.Effect<string | undefined> {
    return Effect.promise(() => this.#load.promise)
  }

  ask(facts: RoutingFacts): Effect.Effect<FunctionAnswer> {
    return Effect.callback<FunctionAnswer>((resume) => {
      if (this.#end !== undefined) return resume(Effect.succeed(failed(this.#end)))
      const id = this.#asked++
      this.#waiting.set(id, (answer) => resume(Effect.succeed(answer)))
      this.#worker.postMessage({ id, facts: shown(facts) }, [])
      return Effect.sync(() => void this.#waiting.delete(id))
    })
  }

  end(why: string): void {
    if (this.#end !== undefined) return
    this.#end = why
    this.#load.resolve(why)
    for (const answer of this.#waiting.values()) answer(failed(why))
    this.#waiting.clear()
    void this.#worker.terminate()
  }

  #hear(said: Said): void {
    if (said.type === "loaded") return this.#load.resolve(said.problem)
    const answer = this.#waiting.get(said.id)
    this.#waiting.delete(said.id)
    answer?.(said.threw === undefined ? answerOf(said.value) : failed(`it threw: ${said.threw}`))
  }
}

const failed = (why: string): FunctionAnswer => ({ kind: "failed", why: `the routing function failed: ${why}` })

const answerOf = (value: unknown): FunctionAnswer => {
  if (value === undefined || value === null) return { kind: "none" }
  return typeof value === "string" && value.trim() !== ""
    ? { kind: "model", model: value.trim() }
    : failed(`it gave ${JSON.stringify(value)?.slice(0, 80) ?? typeof value}, which is not the name of a model`)
}

/** What the function is shown. */
const shown = ({ headers, ...facts }: RoutingFacts) => ({
  ...facts,
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !credentials.has(name)))
})
