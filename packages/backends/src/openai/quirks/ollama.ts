import { isJsonObject, type JsonObject } from "@pensieve/models"
import { Effect } from "effect"
import type { Ask, Quirk } from "../quirk.ts"
import { countIn, type ModelList, type UpstreamModel } from "../upstream-model.ts"

/** Models that are asked about at most. */
const mostShown = 32

/**
 * Ollama. `/api/ps` tells the window of models in memory; for others it is the Modelfile's `num_ctx`, if it has one: the
 * length in `/api/show` is only what the model was trained with. A prompt that does not fit is cut without a word.
 * `tool_choice`, `parallel_tool_calls`, `top_k` and the like are not known.
 *
 * @see https://docs.ollama.com/api/openai-compatibility
 */
export const ollama: Quirk = {
  name: "Ollama",
  signs: ({ entries }) => entries.some((entry) => entry.owned_by === "library"),
  inspect: Effect.fnUntraced(function* (ask, list) {
    const version = yield* ask.get("/api/version")
    if (!isJsonObject(version) || typeof version.version !== "string") return undefined
    return yield* modelsOf(ask, list)
  }),
  traits: {
    request: { samplingExtensions: false },
    toolChoice: "ignored",
    parallelCalls: "ignored",
    unsent: new Set(["parallel_tool_calls"]),
    stops: "silent",
    cutsPrompts: true,
    keepsPrefixes: true
  }
}

/** Models in memory first, for those are what the user works with. */
const modelsOf = (ask: Ask, { entries }: ModelList): Effect.Effect<ReadonlyArray<UpstreamModel>> =>
  Effect.gen(function* () {
    const running = runningWindows(yield* ask.get("/api/ps"))
    const models: Array<UpstreamModel> = []
    for (const { id } of entries.slice(0, mostShown))
      models.push(modelFacts(id, yield* ask.post("/api/show", { model: id }), running))
    models.push(...entries.slice(mostShown).map(({ id }) => modelFacts(id, undefined, running)))
    return models.toSorted((a, b) => Number(b.loaded) - Number(a.loaded))
  })

const runningWindows = (body: unknown): ReadonlyMap<string, number | undefined> => {
  const models = isJsonObject(body) && Array.isArray(body.models) ? body.models.filter(isJsonObject) : []
  return new Map(models.map((model) => [String(model.name ?? model.model), countIn(model.context_length)]))
}

const modelFacts = (id: string, shown: unknown, running: ReadonlyMap<string, number | undefined>): UpstreamModel => {
  const window = running.get(id) ?? (isJsonObject(shown) ? parameter(shown, "num_ctx") : undefined)
  return {
    id,
    loaded: running.has(id),
    ...(window === undefined ? {} : { window }),
    ...(isJsonObject(shown) ? capabilities(shown) : {}),
    ...(isJsonObject(shown) && typeof shown.template === "string" ? { template: shown.template } : {})
  }
}

const parameter = ({ parameters }: JsonObject, name: string): number | undefined =>
  typeof parameters === "string"
    ? countIn(Number(new RegExp(`^${name}\\s+(\\d+)`, "m").exec(parameters)?.[1]))
    : undefined

const capabilities = ({ capabilities: known }: JsonObject): Partial<UpstreamModel> => {
  if (!Array.isArray(known)) return {}
  const images = known.includes("vision")
  const reasoning = known.includes("thinking")
  return {
    images,
    reasoning,
    embeds: known.includes("embedding") && !known.includes("completion"),
    traits: {
      toolForm: known.includes("tools") ? "native" : "prompted",
      request: { images, reasoningControl: reasoning ? "effort" : "none" }
    }
  }
}
