import { type Conversation, type JsonObject } from "@pensieve/models"
import { startUpstream, type UpstreamOptions } from "@pensieve/test-harness"
import { Effect } from "effect"
import { makeMemory } from "../../src/openai/memory.ts"
import { type KnownServer, probe } from "../../src/openai/probe.ts"
import { type SentBody, shapeRequest, type ShapedRequest } from "../../src/openai/shape-request.ts"
import type { Traits } from "../../src/openai/traits.ts"
import { makeHttpUpstream } from "../../src/upstream/http-upstream.ts"

/** What the real probe finds out of a server that answers so. */
export const probed = (options: UpstreamOptions): Promise<KnownServer> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* Effect.acquireRelease(
          Effect.promise(() => startUpstream(options)),
          ({ stop }) => Effect.promise(stop)
        )
        const upstream = yield* makeHttpUpstream(server.url)
        return yield* probe(upstream, { path: "", headers: {}, keys: [], last: undefined })
      })
    )
  )

/** The traits for a server's first model. */
export const traitsOf = (server: KnownServer): Traits => {
  const [model] = server.models
  return makeMemory(undefined).traits(server, model ?? { id: "none" })
}

/** A conversation with these parts of its own. */
export const conversation = (more: Partial<Conversation> = {}): Conversation => ({
  model: "claude-opus-4",
  system: [],
  turns: [{ role: "user", parts: [{ type: "text", text: "Hello" }] }],
  tools: [],
  toolChoice: { type: "auto" },
  parallelToolCalls: true,
  sampling: {},
  reasoning: { mode: "auto", display: "full" },
  output: { type: "text" },
  stopSequences: [],
  stream: true,
  hints: { requestClass: "main", cacheBreakpoints: [] },
  notices: [],
  source: { dialect: "test", body: {} },
  ...more
})

/** A tool with this schema. */
export const tool = (name: string, inputSchema: JsonObject = { type: "object", properties: {} }) => ({
  name,
  description: `${name} something`,
  inputSchema,
  deferred: false,
  eager: false
})

/** A conversation as it goes to a server with these traits. */
export const shaped = (traits: Traits, more: Partial<Conversation> = {}): ShapedRequest =>
  shapeRequest(conversation(more), "m", traits)

/** The body of it. */
export const bodyFor = (traits: Traits, more: Partial<Conversation> = {}): SentBody => shaped(traits, more).body

/** A model list with these entries. */
export const listOf = (...data: ReadonlyArray<JsonObject>): JsonObject => ({ object: "list", data })
