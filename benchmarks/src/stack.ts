// What does the whole stack cost over calling the model directly? Decode speed, time to first token, CPU per token.
// The same model and prompts go, in turn, through the proxy and through mlx_lm.stream_generate in its own process. Both tell this process
// each piece of the answer as it comes.
import { places, type Proxy, startProxy, tinyModelOf } from "@pensieve/test-harness"
import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { connect } from "node:net"
import { createInterface } from "node:readline"
import { withOpenBlas } from "./open-blas.ts"
import { median, percentile } from "./statistics.ts"

const rounds = Number(process.argv[2] ?? 12)
/**
 * Threads of the matrix library, on both sides. On a CPU backend the model and the rest of the stack share the cores; with one thread fewer
 * than cores the stack has a core to itself, as it has beside a GPU.
 */
const blasThreads = process.argv[3] === "all" ? undefined : process.argv[3]
const threads: Record<string, string> = blasThreads === undefined ? {} : { OPENBLAS_NUM_THREADS: blasThreads }
/**
 * Times that both sides are started anew. Two processes that do the same differ by up to 6 % in speed for as long as they live (how their
 * memory happens to lie), so rounds of one pair of processes tell less than rounds of several.
 */
const starts = Number(process.argv[4] ?? 3)
/** Width and layers of the model: 13 ms a token on two cores. What a delivery costs is the same for a larger one. */
const [hidden = "", layers = ""] = (process.argv[5] ?? "512x8").split("x")
const maxTokens = 96

interface Sample {
  /** Seconds from the request to the first piece of text. */
  readonly ttft: number
  /** Seconds from the first to the last token. */
  readonly decode: number
  readonly tokens: number
  /** CPU seconds of all processes that took part. */
  readonly cpu: number
}

/** CPU seconds a process has used, user and system. */
const cpuOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ")
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const cpuOfAll = (pids: ReadonlyArray<number>): number => pids.reduce((sum, pid) => sum + cpuOf(pid), 0)

const bodyText = (round: number): string =>
  `Round ${round}: ${Array.from({ length: 160 }, (_, index) => `item${(index * 7 + round) % 41}`).join(" ")}`

const startDirect = async (model: string) => {
  const child: ChildProcess = spawn(places.python, [new URL("direct.py", import.meta.url).pathname, model], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...threads, ...withOpenBlas() }
  })
  if (child.stdout === null || child.stdin === null) throw new Error("no pipes")
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  await lines.next()
  const stdin = child.stdin
  return {
    ask: async (content: string): Promise<Sample> => {
      const before = cpuOfAll([child.pid ?? 0])
      stdin.write(`${JSON.stringify({ messages: [{ role: "user", content }], maxTokens })}\n`)
      for (;;) {
        const said: Sample | { readonly text: string } = JSON.parse(String((await lines.next()).value))
        if ("ttft" in said) return { ...said, cpu: cpuOfAll([child.pid ?? 0]) - before }
      }
    },
    stop: () => child.kill()
  }
}

/**
 * One streamed answer, read from the bare socket with as little work as a client can have: the processes measured share the cores with it.
 */
const streamOf = (proxy: Proxy, content: string): Promise<Omit<Sample, "cpu">> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({
      model: "m",
      max_tokens: maxTokens,
      temperature: 0,
      stream: true,
      messages: [{ role: "user", content }]
    })
    const { host, hostname, port } = new URL(proxy.base)
    const start = performance.now()
    let first = 0
    let last = 0
    let tail = ""
    const read = (chunk: Buffer): void => {
      if (chunk.includes("text_delta")) {
        last = performance.now()
        if (first === 0) first = last
      }
      if (first !== 0 && !chunk.includes("output_tokens")) return
      tail += chunk.toString()
      const tokens = /^[^]*"output_tokens":(\d+)[^]*event: message_stop/.exec(tail)?.[1]
      if (tokens === undefined && tail.startsWith("HTTP/1.1 200")) return
      socket.destroy()
      if (tokens === undefined) reject(new Error(tail))
      else resolve({ ttft: (first - start) / 1000, decode: (last - first) / 1000, tokens: Number(tokens) })
    }
    const onread = {
      buffer: Buffer.alloc(65536),
      callback: (size: number, buffer: Uint8Array): boolean => {
        read(Buffer.from(buffer.buffer, buffer.byteOffset, size))
        return true
      }
    }
    const head = [
      "POST /v1/messages HTTP/1.1",
      `host: ${host}`,
      `authorization: Bearer ${proxy.token}`,
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`
    ]
    const socket = connect({ host: hostname, port: Number(port), onread }, () =>
      socket.write(`${head.join("\r\n")}\r\n\r\n${body}`)
    )
    socket.once("error", reject)
    socket.once("close", () => reject(new Error(`the answer broke off: ${tail}`)))
  })

interface Samples {
  readonly stack: Array<Sample>
  readonly direct: Array<Sample>
}

const main = async (): Promise<void> => {
  const model = await tinyModelOf({ family: "qwen3", hidden, layers, vocab: "4096" })
  const samples: Samples = { stack: [], direct: [] }
  for (let start = 0; start < starts; start++) {
    const until = Math.round((rounds * (start + 1)) / starts)
    await measure(model, until, samples)
  }
  report(samples.stack, samples.direct)
}

/** Both sides, started anew, in turn, until there are so many samples of each. */
const measure = async (model: string, until: number, samples: Samples): Promise<void> => {
  const proxy = await startProxy({ model, env: threads })
  const direct = await startDirect(model)
  const pids = [proxy.process.pid ?? 0, ...proxy.children()]
  const throughStack = async (content: string): Promise<Sample> => {
    const before = cpuOfAll(pids)
    const answer = await streamOf(proxy, content)
    return { ...answer, cpu: cpuOfAll(pids) - before }
  }
  try {
    await throughStack(bodyText(999))
    await direct.ask(bodyText(999))
    for (let round = samples.stack.length; round < until; round++) {
      const content = bodyText(round)
      const order = round % 2 === 0 ? (["stack", "direct"] as const) : (["direct", "stack"] as const)
      for (const way of order) samples[way].push(await (way === "stack" ? throughStack(content) : direct.ask(content)))
      process.stderr.write(`round ${round + 1} of ${rounds}\r`)
    }
  } finally {
    direct.stop()
    await proxy.stop()
  }
}

const report = (stack: ReadonlyArray<Sample>, direct: ReadonlyArray<Sample>): void => {
  const speed = (sample: Sample) => (sample.tokens - 1) / sample.decode
  const perToken = (sample: Sample) => (sample.cpu / sample.tokens) * 1000
  const ms = (sample: Sample) => sample.ttft * 1000
  const decodeRatio = median(stack.map((sample, index) => speed(sample) / speed(direct[index] ?? sample)))
  console.log(
    `rounds                        ${stack.length} in ${starts} starts, ${maxTokens} tokens each, interleaved; ${layers} layers of ${hidden}, ${blasThreads ?? "all"} threads of the matrix library`
  )
  console.log(
    `decode, tokens/s              stack ${median(stack.map(speed)).toFixed(1)}  direct ${median(direct.map(speed)).toFixed(1)}`
  )
  console.log(`decode ratio (paired median)  ${decodeRatio.toFixed(3)}   (target >= 0.95)`)
  const [stackMs, directMs] = [median(stack.map(ms)), median(direct.map(ms))]
  const allowed = directMs * 1.05 + 20
  console.log(
    `time to first token, ms       stack ${stackMs.toFixed(1)} (p90 ${percentile(stack.map(ms), 0.9).toFixed(1)})  direct ${directMs.toFixed(1)} (p90 ${percentile(direct.map(ms), 0.9).toFixed(1)})`
  )
  console.log(`  against 1.05 x direct + 20  ${allowed.toFixed(1)}   ${stackMs <= allowed ? "met" : "MISSED"}`)
  const [stackCpu, directCpu] = [median(stack.map(perToken)), median(direct.map(perToken))]
  console.log(
    `CPU, ms per token             stack ${stackCpu.toFixed(2)}  direct ${directCpu.toFixed(2)}  added ${(stackCpu - directCpu).toFixed(2)}`
  )
}

await main()
