// How long does a turn of a coding agent wait for its first word? Recorded sessions, request by request, through Pensieve and straight to
// mlx_lm.server, each with the same model and matrix library in a process of its own, by turns.
//
//   node src/reuse-peer.ts [--family qwen3] [--layers 2] [--requests 12] SESSION.jsonl[.gz]...
//
// Neither is told what the recorded model said: what it said is new to both in the next request.
import { startMlxLmServer, startProxy, tinyModelOf } from "@pensieve/test-harness"
import { anthropic, openaiChat } from "@pensieve/translator"
import { Result } from "effect"
import { basename } from "node:path"
import { parseArgs } from "node:util"
import { withOpenBlas } from "./open-blas.ts"
import { type Exchange, readSession } from "./recorded-session.ts"
import { median } from "./statistics.ts"

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    family: { type: "string", default: "qwen3" },
    layers: { type: "string", default: "2" },
    requests: { type: "string", default: "12" }
  }
})

/** Tokens of an answer: enough for a first word. */
const answerTokens = 4

/** Asks one of the two for an answer; milliseconds until its first word. */
type Ask = (exchange: Exchange) => Promise<number>

/** Milliseconds until a streamed answer has said something that matches; the rest is read to its end. */
const timeTo = async (word: RegExp, asked: () => Promise<Response>): Promise<number> => {
  const start = performance.now()
  const response = await asked()
  let text = ""
  let found: number | undefined
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (found === undefined && word.test(text)) found = performance.now() - start
  }
  if (!response.ok || found === undefined) throw new Error(`status ${response.status}: ${text.slice(0, 300)}`)
  return found
}

const throughPensieve =
  (base: string, token: string): Ask =>
  ({ path, headers, body }) =>
    timeTo(/event: (content_block_start|message_delta)/, () =>
      fetch(`${base}${path}`, {
        method: "POST",
        headers: { ...headers, authorization: `Bearer ${token}` },
        body: JSON.stringify({ ...body, stream: true, max_tokens: answerTokens })
      })
    )

const straight =
  (url: string, model: string): Ask =>
  ({ headers, body }) => {
    const conversation = Result.getOrThrow(anthropic.decodeRequest(body, { headers }))
    const translated = openaiChat.encodeRequest(conversation, { model }).body
    const asked = { ...translated, stream: true, max_tokens: answerTokens }
    return timeTo(/^data: \{/m, () =>
      fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(asked)
      })
    )
  }

interface Waits {
  readonly ours: number
  readonly peer: number
}

/** Both in turn, the first one each time the other. */
const measure = async (ours: Ask, peer: Ask, exchanges: ReadonlyArray<Exchange>): Promise<ReadonlyArray<Waits>> => {
  const waits: Array<Waits> = []
  for (const [index, exchange] of exchanges.entries()) {
    const early = await (index % 2 === 0 ? ours : peer)(exchange)
    const late = await (index % 2 === 0 ? peer : ours)(exchange)
    waits.push(index % 2 === 0 ? { ours: early, peer: late } : { ours: late, peer: early })
  }
  return waits
}

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((total, number) => total + number, 0)

const report = (name: string, waits: ReadonlyArray<Waits>): void => {
  const later = waits.slice(1)
  const [ours, peer] = [later.map((wait) => wait.ours), later.map((wait) => wait.peer)]
  const cells = [
    name,
    waits.length,
    `${Math.round(waits[0]?.ours ?? 0)} / ${Math.round(waits[0]?.peer ?? 0)}`,
    `${Math.round(median(ours))} / ${Math.round(median(peer))}`,
    `${Math.round(sum(ours))} / ${Math.round(sum(peer))}`,
    `${(sum(peer) / sum(ours)).toFixed(1)} x`
  ]
  console.log(`| ${cells.join(" | ")} |`)
}

const main = async (): Promise<void> => {
  const { family, layers } = values
  const model = await tinyModelOf({ family, layers, template: "qwen", vocab: "8192", context: "1000000" })
  const proxy = await startProxy({ model })
  const server = await startMlxLmServer(model, withOpenBlas())
  try {
    console.log(`${family}, ${layers} layers; milliseconds to the first word, Pensieve / mlx_lm.server`)
    console.log("| session | requests | first | later, median | later, together | shorter |")
    console.log("|---|---|---|---|---|---|")
    for (const file of positionals) {
      const exchanges = readSession(file).slice(0, Number(values.requests))
      const waits = await measure(throughPensieve(proxy.base, proxy.token), straight(server.url, model), exchanges)
      report(basename(file).replace(/\.jsonl(\.gz)?$/, ""), waits)
    }
  } finally {
    await server.stop()
    await proxy.stop()
  }
}

await main()
