import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { readHealth } from "@pensieve/operations"
import { type Proxy, startProxy, tinyModelOf, until } from "@pensieve/test-harness"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { ask, type Asked, countOf, echoed, type Question, result, says } from "./agent-session.ts"

type Answer = ReadonlyArray<object>

/** What the model says, request by request. */
const answers: ReadonlyArray<Answer> = [
  [{ text: "I look at it." }, { call: { name: "Read", input: { file_path: "/src/parser.ts", limit: 40 } } }],
  [{ text: '{"title":"A parser"}' }],
  [
    { text: "Now the  change:\n" },
    { call: { name: "Edit", input: { file_path: "/src/parser.ts", old_string: "a+b", new_string: "a + b" } } }
  ],
  [{ text: "There are three files of that kind." }],
  [{ text: "Done: it reads every line now." }],
  [{ text: "The tests are in /test." }],
  [{ text: "Another way is a table." }],
  [{ text: "<summary>The parser was mended.</summary>" }],
  [{ text: "I go on with the tests." }],
  [{ text: "A new session, then." }]
]
const afterwards: ReadonlyArray<Answer> = [[{ text: "It was mended yesterday." }], [{ text: "And it is well." }]]
const thought = [{ text: "Well then.\n" }, { marker: "</think>" }, { text: "\n\n" }]

const title = {
  type: "json_schema" as const,
  schema: {
    type: "object",
    properties: { title: { type: "string" } },
    required: ["title"],
    additionalProperties: false
  }
}
const summarise = "CRITICAL: Respond with TEXT ONLY. Your task is to write a summary of this conversation."

const numbers = async (proxy: Pick<Proxy, "base" | "token">): Promise<Readonly<Record<string, number>>> => {
  const headers = { authorization: `Bearer ${proxy.token}` }
  const health = readHealth(await (await fetch(`${proxy.base}/health`, { headers })).text())
  return health?.backends?.[0]?.numbers ?? {}
}

interface Kind {
  readonly name: string
  readonly model: Readonly<Record<string, string>>
  /** Of what could be restored, so much is. */
  readonly share: number
}
const qwen = { template: "qwen", vocab: "8192", context: "1000000" }
const kinds: ReadonlyArray<Kind> = [
  { name: "attends to everything", model: { family: "qwen3", layers: "1", ...qwen }, share: 0.99 },
  { name: "has sliding layers", model: { family: "llama_swa", layers: "2", ...qwen }, share: 0.95 },
  { name: "has recurrent layers", model: { family: "qwen3_5", layers: "4", ...qwen }, share: 0.95 },
  {
    name: "has recurrent layers and a template that opens its thoughts",
    model: { family: "qwen3_5", layers: "4", ...qwen, template: "thinker" },
    share: 0.95
  }
]

describe.each(kinds)("a session on a model that $name", ({ model, share }) => {
  const home = mkdtempSync(join(tmpdir(), "pensieve-session-"))
  const start = async (said: ReadonlyArray<Answer>) => {
    const spoken = model["template"] === "thinker" ? said.map((answer) => [...thought, ...answer]) : said
    return startProxy({ model: await tinyModelOf(model), script: { "*": spoken }, env: { PENSIEVE_HOME: home } })
  }
  let proxy: Proxy
  let talk: Array<Question["messages"][number]>
  let last: Asked

  /** The next request of the session begins with all of the one before, its answer included. */
  const grows = async (...more: ReadonlyArray<Question["messages"][number]>): Promise<void> => {
    talk.push(echoed(last.answer), ...more)
    const counted = await countOf(proxy, { messages: talk })
    const before = last
    last = await ask(proxy, { messages: talk })
    assert.isAtLeast(last.read, before.prompt + before.output - 1)
    assert.strictEqual(last.prompt, counted)
  }

  beforeAll(async () => {
    proxy = await start(answers)
  }, 240_000)
  afterAll(async () => {
    await proxy.stop()
    rmSync(home, { recursive: true, force: true })
  })

  it("computes nothing twice, whatever is asked in between", async () => {
    talk = [says("Mend the parser.")]
    last = await ask(proxy, { messages: talk })
    assert.strictEqual(last.read, 0)
    const aside = [{ type: "text" as const, text: "Give this session a title." }]
    const titled = await ask(proxy, { messages: talk, system: aside, tools: [], format: title })
    assert.deepInclude(titled.answer.content.at(-1), { text: '{"title":"A parser"}' })
    await grows(result(last.answer, "1 a+b\n2 c+d"))
    const changed = last.answer
    const base = [...talk, echoed(changed)]
    const agent = await ask(proxy, {
      messages: [says("How many parsers are there?")],
      headers: { "x-claude-code-agent-id": "a1" }
    })
    assert.isAtLeast(agent.read, 0.97 * agent.prompt)
    await grows(result(last.answer, "The file was changed."))
    await grows(says("Where are the tests?"))
    const fork = await ask(proxy, { messages: [...base, result(changed, "It could not be changed.")] })
    assert.isAtLeast(fork.read, 0.97 * fork.prompt)
    await ask(proxy, { messages: [...talk, echoed(last.answer), says(summarise)] })
    const after = await ask(proxy, { messages: [says("What was done: the parser was mended. Go on.")] })
    assert.isAtLeast(after.read, 0.97 * after.prompt)
    const second = await ask(proxy, {
      messages: [says("Something else.")],
      headers: { "x-claude-code-session-id": "two" }
    })
    assert.isAtLeast(second.read, 0.97 * second.prompt)
    const { cachedTokens = 0, reusableTokens = 0 } = await numbers(proxy)
    assert.isAtLeast(cachedTokens / reusableTokens, share)
  })

  it("is gone on with after a restart as if there had been none", async () => {
    await proxy.stop()
    proxy = await start(afterwards)
    await grows(says("What did we do yesterday?"))
    const { cachedTokens, promptTokens = 0 } = await numbers(proxy)
    assert.isAtLeast(cachedTokens ?? 0, 0.95 * promptTokens)
  })

  it("is gone on with after the engine was killed", async () => {
    const [engine] = proxy.children()
    assert.isDefined(engine)
    if (engine !== undefined) process.kill(engine, "SIGKILL")
    await until("another engine runs", 60_000, () => proxy.children().some((pid) => pid !== engine) || undefined)
    await until("the model is loaded", 60_000, async () => (await fetch(`${proxy.base}/health`)).ok || undefined)
    talk.push(echoed(last.answer), says("Is it well?"))
    const { read, prompt } = await ask(proxy, { messages: talk })
    assert.isAtLeast(read, 0.9 * prompt)
  })

  it("is told in the metrics, with how many guessed tokens were right", async () => {
    const headers = { authorization: `Bearer ${proxy.token}` }
    const text = await (await fetch(`${proxy.base}/metrics`, { headers })).text()
    for (const name of ["reusableTokens", "cachedTokens", "cacheBytes", "guessedTokens", "guessAcceptance"])
      assert.match(text, new RegExp(`^pensieve_backend\\{(?=.*name="${name}").*\\} [\\d.]+$`, "m"))
  })
})
