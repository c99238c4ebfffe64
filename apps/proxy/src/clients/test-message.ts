import { askLocal, type Client, type ProxyFacts } from "@pensieve/operations"
import { Console, Effect } from "effect"
import { CommandFailure } from "../command-failure.ts"
import { commandLine } from "../command-line.ts"

/** A first answer may wait for a model that is read from the disk. */
const patienceMs = 180_000

/** Sends a small message in the way a client does, and says how it went. */
export const sendTestMessage = (client: Client, { baseUrl, token, modelName }: ProxyFacts) =>
  Effect.gen(function* () {
    // Where Anthropic's own models answer, a message would cost the user money.
    if (modelName === undefined) return yield* Console.log("Ready.")
    const { path, body } = client === "codex" ? responsesQuestion(modelName) : messagesQuestion(modelName)
    const before = performance.now()
    const { status, text } = yield* Effect.mapError(
      askLocal({
        port: Number(new URL(baseUrl).port),
        path,
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
        withinMs: patienceMs
      }),
      ({ message }) => failure(message)
    )
    if (status !== 200) return yield* failure(`The test message was answered with status ${status}: ${errorOf(text)}`)
    yield* Console.log(
      `Ready: ${modelName} answered a test message in ${((performance.now() - before) / 1000).toFixed(1)} s.`
    )
  })

const messagesQuestion = (model: string) => ({
  path: "/v1/messages",
  body: { model, max_tokens: 16, messages: [{ role: "user", content: "Say hello." }] }
})

const responsesQuestion = (model: string) => ({
  path: "/v1/responses",
  body: { model, max_output_tokens: 16, input: "Say hello." }
})

const failure = (why: string): CommandFailure =>
  new CommandFailure({
    message: `${why} What was set up stays; find out more with ${commandLine("logs")}.`,
    exitCode: 1
  })

/** The message of an error, in either API's shape. */
const errorOf = (text: string): string => /"message":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.slice(0, 200)
