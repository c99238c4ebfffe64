import { NodeServices } from "@effect/platform-node"
import { Backend, type BackendStatus } from "@pensieve/backends"
import type { BackendError } from "@pensieve/errors"
import type { Conversation, GenerationEvent } from "@pensieve/models"
import { listenLayer, type ListenOptions, portOf, Routing, serveLayer, ServerPolicy } from "@pensieve/server"
import { BatchStore, FileStore, Home } from "@pensieve/operations"
import { type Duration, Effect, Layer, Logger, type Scope, Stream } from "effect"
import { HttpServer } from "effect/http"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A backend that answers as the test says; everything around it is real. */
export interface TestBackend {
  readonly status?: BackendStatus
  readonly errorPatience?: Duration.Input
  readonly tokens?: number
  readonly serverTools?: boolean
  readonly estimatesTokens?: boolean
  readonly generate?: (conversation: Conversation) => Stream.Stream<GenerationEvent, BackendError>
}

/** The events of a short, plain answer. */
export const plainAnswer = (text: string): ReadonlyArray<GenerationEvent> => [
  { type: "accepted", promptTokens: 12 },
  { type: "started", cachedTokens: 0 },
  { type: "text-delta", text },
  {
    type: "usage",
    usage: { inputTokens: 12, cacheReadTokens: 0, cacheCreationTokens: 0, outputTokens: 3, reasoningTokens: 0 }
  },
  { type: "finished", reason: "end-turn" }
]

export const token = "test-token"

const identity = {
  version: "0.0.0-test",
  instance: "test",
  pid: process.pid,
  home: "/home/test/.pensieve",
  startedAt: 0
}

/** A folder that goes with the scope. */
export const freshFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "pensieve-server-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** The backend that answers as the test says. */
export const testBackend = (options: TestBackend): Backend["Service"] => ({
  name: "test",
  model: "test-model",
  status: Effect.succeed(options.status ?? { status: "ready" }),
  ...(options.errorPatience === undefined ? {} : { errorPatience: options.errorPatience }),
  capabilities: Effect.succeed({
    modelName: "test-model",
    window: 4096,
    toolForm: "native",
    reasoning: false,
    images: false,
    reportsCache: true,
    family: "hermes",
    serverTools: options.serverTools ?? false,
    estimatesTokens: options.estimatesTokens ?? false
  }),
  countTokens: () => Effect.succeed(options.tokens ?? 42),
  generate: options.generate ?? (() => Stream.fromArray(plainAnswer("Hello!")))
})

/** Starts a real server on a free port; gives its base URL. It ends with the scope. */
export const startServer = (
  backend: TestBackend,
  policy: Partial<ServerPolicy["Service"]> = {},
  stateFolder: Effect.Effect<string, never, Scope.Scope> = freshFolder,
  listen: Partial<ListenOptions> = {}
) =>
  startRouting(Layer.provide(Routing.single, Layer.succeed(Backend, testBackend(backend))), policy, stateFolder, listen)

/** The same with backends of the test's own. */
export const startRouting = (
  routing: Layer.Layer<Routing>,
  policy: Partial<ServerPolicy["Service"]> = {},
  stateFolder: Effect.Effect<string, never, Scope.Scope> = freshFolder,
  listen: Partial<ListenOptions> = {}
) =>
  Effect.gen(function* () {
    const home = yield* stateFolder
    const context = yield* Layer.build(
      serveLayer.pipe(
        Layer.provide(routing),
        Layer.provide(Layer.merge(FileStore.layer, BatchStore.layer)),
        Layer.provide(Home.layer({ PENSIEVE_HOME: home })),
        Layer.provide(NodeServices.layer),
        Layer.provide(ServerPolicy.layer({ token, identity, ...policy })),
        Layer.provideMerge(listenLayer({ port: 0, ...listen })),
        Layer.provide(Logger.layer([]))
      )
    )
    const server = yield* Effect.provide(HttpServer.HttpServer, context)
    return `http://127.0.0.1:${portOf(server.address)}`
  })
