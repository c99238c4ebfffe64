// How much of what was computed before is restored? Recorded sessions go through proxy and bridge, every answer forced to be
// the recorded one, so that each request goes on from tokens that were generated.
//
//   node src/reuse.ts [--family qwen3] [--template qwen] [--restart] SESSION.jsonl[.gz]...
//
// One proxy serves all sessions given, in order. With --restart each session has a new engine, which knows what lies on the disk and
// nothing else: then only what the texts have in common tells what could be restored. Tiny models with random weights: what is measured is tokens, not speed.
import { places, type Proxy, startProxy, tinyModelOf, until } from "@pensieve/test-harness"
import { readdirSync } from "node:fs"
import { request } from "node:http"
import { basename, join } from "node:path"
import { parseArgs } from "node:util"
import { type Block, type Exchange, readSession } from "./recorded-session.ts"
import { makeSharedText } from "./shared-text.ts"

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    family: { type: "string", default: "qwen3" },
    layers: { type: "string" },
    template: { type: "string", default: "qwen" },
    restart: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false }
  }
})

/** Layers of which the last costs nothing in prefill, so that long prompts are cheap. */
const layers: Readonly<Record<string, string>> = {
  qwen3: "1",
  llama_swa: "2",
  gpt_oss: "2",
  qwen3_5: "4",
  falcon_h1: "1"
}

interface Counts {
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly reusableTokens: number
}

/** Counters of the bridge, from its own socket. */
const metrics = (home: string): Promise<Counts> =>
  new Promise((resolve, reject) => {
    const socket = readdirSync(join(home, "run")).find((name) => name.endsWith(".sock")) ?? ""
    const asked = request({ socketPath: join(home, "run", socket), path: "/metrics" }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (part: string) => (text += part))
      response.once("end", () => resolve(JSON.parse(text)))
    })
    asked.once("error", reject)
    asked.end()
  })

/** What the model is forced to say, as a script has it. */
const pieces = (answer: ReadonlyArray<Block>): ReadonlyArray<unknown> =>
  answer.flatMap((block): ReadonlyArray<unknown> => {
    switch (block.type) {
      case "text":
        return [{ text: block.text }]
      case "thinking":
        return block.thinking === ""
          ? []
          : [{ marker: "<think>" }, { text: `\n${block.thinking}\n` }, { marker: "</think>" }, { text: "\n\n" }]
      case "tool_use":
        return [{ call: { name: block.name, input: block.input } }]
    }
  })

/** Our ids of calls for the recorded ones: the client would have sent ours back. */
const withOurIds = (text: string, ids: ReadonlyMap<string, string>): string =>
  text.replace(/toolu_[A-Za-z0-9_]+/g, (id) => ids.get(id) ?? id)

const send = async (proxy: Proxy, exchange: Exchange, ids: Map<string, string>): Promise<string> => {
  const response = await fetch(`${proxy.base}${exchange.path}`, {
    method: "POST",
    // The engine is to answer what the proxy has an answer for, too.
    headers: { ...exchange.headers, authorization: `Bearer ${proxy.token}`, "cache-control": "no-store" },
    body: withOurIds(JSON.stringify({ ...exchange.body, stream: true, max_tokens: 32_000 }), ids)
  })
  const text = await response.text()
  if (!response.ok) return text.slice(0, 300)
  const failure = text.indexOf("event: error")
  if (failure !== -1) return text.slice(failure, failure + 300)
  const made = [...text.matchAll(/"content_block":\{"type":"tool_use","id":"([^"]+)"/g)].flatMap(
    (found) => found[1] ?? []
  )
  const recorded = exchange.answer.filter((block) => block.type === "tool_use")
  recorded.forEach((block, index) => ids.set(block.id, made[index] ?? block.id))
  return made.length === recorded.length ? "" : `${made.length} calls instead of ${recorded.length}`
}

/** Ends the engine as a signal from the system would; the proxy starts another one. */
const restartEngine = async (proxy: Proxy): Promise<void> => {
  const before = proxy.children()
  for (const engine of before) process.kill(engine, "SIGTERM")
  await until("another engine runs", 60_000, () => proxy.children().some((pid) => !before.includes(pid)) || undefined)
  await until("the model is loaded", 60_000, async () => (await fetch(`${proxy.base}/health`)).ok || undefined)
}

const percent = (part: number, whole: number): string => (whole === 0 ? "–" : ((100 * part) / whole).toFixed(2))

const replay = async (
  proxy: Proxy,
  session: ReadonlyArray<Exchange>,
  ids: Map<string, string>,
  sharedText: (exchange: Exchange) => number
): Promise<{
  readonly ideal: number
  readonly restored: number
  readonly reusable: number
  readonly prompt: number
  readonly first: string
}> => {
  let ideal = 0
  const begin = await metrics(proxy.home)
  let before = begin
  let first = ""
  for (const [index, exchange] of session.entries()) {
    const problem = await send(proxy, exchange, ids)
    const after = await until(`the row is counted (${problem})`, 60_000, async () => {
      const found = await metrics(proxy.home)
      return found.promptTokens > before.promptTokens ? found : undefined
    })
    const [prompt, restored, reusable] = [
      after.promptTokens - before.promptTokens,
      after.cachedTokens - before.cachedTokens,
      after.reusableTokens - before.reusableTokens
    ]
    const shared = sharedText(exchange) * prompt
    ideal += shared
    first ||= percent(restored, prompt)
    if (values.verbose)
      console.log(
        `  ${String(index + 1).padStart(3)} ${exchange.class.padEnd(11)} prompt ${prompt} restored ${restored} of ${reusable}, by text ${Math.round(shared)} ${problem}`
      )
    else if (problem !== "") console.log(`  ${index + 1}: ${problem}`)
    before = after
  }
  return {
    ideal,
    restored: before.cachedTokens - begin.cachedTokens,
    reusable: before.reusableTokens - begin.reusableTokens,
    prompt: before.promptTokens - begin.promptTokens,
    first
  }
}

const main = async (): Promise<void> => {
  const sessions = positionals.map((file) => ({
    name: basename(file).replace(/\.jsonl(\.gz)?$/, ""),
    exchanges: readSession(file)
  }))
  const model = await tinyModelOf({
    family: values.family,
    layers: values.layers ?? layers[values.family] ?? "2",
    template: values.template,
    vocab: "8192",
    context: "1000000"
  })
  const proxy = await startProxy({
    model,
    script: { "*": sessions.flatMap(({ exchanges }) => exchanges.map(({ answer }) => pieces(answer))) }
  })
  try {
    console.log(`${values.family}, template ${values.template} (${places.bridge})`)
    console.log(
      "| session | prompt tokens | by text % | restored % | restored ÷ computed before % | first request restored % |"
    )
    console.log("|---|---|---|---|---|---|")
    const ids = new Map<string, string>()
    const sharedText = makeSharedText(values.template !== "qwen")
    const total = { restored: 0, reusable: 0, prompt: 0, ideal: 0 }
    for (const [index, { name, exchanges }] of sessions.entries()) {
      if (values.restart && index > 0) await restartEngine(proxy)
      const found = await replay(proxy, exchanges, ids, sharedText)
      console.log(
        `| ${name} | ${found.prompt} | ${percent(found.ideal, found.prompt)} | ${percent(found.restored, found.prompt)} | ${percent(found.restored, found.reusable)} | ${found.first} |`
      )
      for (const key of ["restored", "reusable", "prompt", "ideal"] as const) total[key] += found[key]
    }
    console.log(
      `| all | ${total.prompt} | ${percent(total.ideal, total.prompt)} | ${percent(total.restored, total.prompt)} | ${percent(total.restored, total.reusable)} | |`
    )
  } finally {
    await proxy.stop()
  }
}

await main()
