import Anthropic from "@anthropic-ai/sdk"
import { NodeServices } from "@effect/platform-node"
import {
  anthropicBackendLayer,
  type AnthropicBackendOptions,
  openaiBackendLayer,
  type OpenaiBackendOptions
} from "@pensieve/backends"
import { BatchStore, FileStore, Home } from "@pensieve/operations"
import { listenLayer, portOf, Routing, serveLayer, ServerPolicy } from "@pensieve/server"
import { type ScriptedUpstream, startUpstream, type UpstreamOptions } from "@pensieve/test-harness"
import { Effect, Exit, Layer, Logger, References, Scope } from "effect"
import { HttpServer } from "effect/http"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import OpenAI from "openai"

/** A real server with real backends. */
export interface Serving {
  /** Base URL of the server. */
  readonly base: string
  readonly anthropic: Anthropic
  readonly openai: OpenAI
  /** `POST /v1/messages` as it is, with the token. */
  readonly post: (
    body: unknown,
    signal?: AbortSignal,
    path?: string,
    headers?: Readonly<Record<string, string>>
  ) => Promise<Response>
  /** Lines the server logged. */
  readonly log: () => string
  readonly stop: () => Promise<void>
}

/** One with one backend, over a scripted upstream. */
export interface Wired extends Serving {
  readonly upstream: ScriptedUpstream
}

/** What may differ from one test to the next. */
export interface WiredOptions {
  readonly upstream?: UpstreamOptions
  readonly backend?: Partial<OpenaiBackendOptions>
  /** The upstream speaks Anthropic's API instead. */
  readonly anthropic?: Partial<AnthropicBackendOptions>
  readonly policy?: Partial<ServerPolicy["Service"]>
}

/** The local token. */
export const token = "wire-token"

const identity = {
  version: "0.0.0-test",
  instance: "test",
  pid: process.pid,
  home: "/home/test/.pensieve",
  startedAt: 0
}

/** Errors that are retried take their time on a busy machine; only tests of silence want the real one. */
const errorPatience = "20 seconds"

/** Starts both. Ends them with `stop`. */
export const startWired = async ({
  upstream: script,
  backend,
  anthropic,
  policy
}: WiredOptions = {}): Promise<Wired> => {
  const upstream = await startUpstream(script)
  const served = await startServing(
    Layer.provide(
      Routing.single,
      anthropic === undefined
        ? openaiBackendLayer({ url: upstream.url, errorPatience, ...backend })
        : anthropicBackendLayer({ url: upstream.url, ...anthropic })
    ),
    policy
  )
  return {
    ...served,
    upstream,
    stop: async () => {
      await served.stop()
      await upstream.stop()
    }
  }
}

/** Starts a real server in which these backends answer. */
export const startServing = async (
  routing: Layer.Layer<Routing>,
  policy?: Partial<ServerPolicy["Service"]>
): Promise<Serving> => {
  const scope = Scope.makeUnsafe()
  const home = mkdtempSync(join(tmpdir(), "pensieve-wire-"))
  const lines: Array<string> = []
  const logger = Logger.make((entry) => lines.push(Logger.formatLogFmt.log(entry)))
  const stack = serveLayer.pipe(
    Layer.provide(routing),
    Layer.provide(Layer.merge(FileStore.layer, BatchStore.layer)),
    Layer.provide(Home.layer({ PENSIEVE_HOME: home })),
    Layer.provide(NodeServices.layer),
    Layer.provide(ServerPolicy.layer({ token, identity, ...policy })),
    Layer.provideMerge(listenLayer({ port: 0 })),
    Layer.provide(Logger.layer([logger])),
    Layer.provide(Layer.succeed(References.MinimumLogLevel, "Debug"))
  )
  const context = await Effect.runPromise(Layer.buildWithScope(stack, scope))
  const { address } = await Effect.runPromise(Effect.provide(HttpServer.HttpServer, context))
  const base = `http://127.0.0.1:${portOf(address)}`
  return {
    base,
    anthropic: new Anthropic({ baseURL: base, authToken: token, apiKey: null, maxRetries: 0 }),
    openai: new OpenAI({ baseURL: `${base}/v1`, apiKey: token, maxRetries: 0 }),
    post: (body, signal, path = "/v1/messages", headers = {}) =>
      fetch(base + path, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
        ...(signal === undefined ? {} : { signal })
      }),
    log: () => lines.join("\n"),
    stop: async () => {
      await Effect.runPromise(Scope.close(scope, Exit.void))
      rmSync(home, { recursive: true, force: true })
    }
  }
}

/** A short question in Anthropic's form. */
export const question = {
  model: "claude-opus-4",
  max_tokens: 200,
  messages: [{ role: "user" as const, content: "Hello" }]
}

/** Two tools in Anthropic's form. */
export const tools = ["Read", "Bash"].map((name) => ({
  name,
  description: `${name} something`,
  input_schema: { type: "object" as const, properties: { value: { type: "string" } }, required: ["value"] }
}))
