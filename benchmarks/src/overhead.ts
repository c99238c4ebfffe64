// What does Pensieve add to a streamed call? Time to first byte, CPU and requests a second, beside the least a translator can do
// (floor.ts) and the direct path, interleaved in one run; memory over many streams.
// Words: rounds, streams for the memory.
import { places, startProxy } from "@pensieve/test-harness"
import { Agent } from "node:http"
import { join } from "node:path"
import { agentSession } from "./agent-session.ts"
import { cpuMs, rssMb } from "./process-cost.ts"
import { startServer } from "./start-server.ts"
import { median, percentile } from "./statistics.ts"
import { streamOnce, type Target } from "./stream-once.ts"

const [rounds = 30, streams = 10_000] = process.argv.slice(2).map(Number)
const warmUps = 80
const bundle = join(places.root, "apps/proxy/dist/main.js")
const bodies = [
  { name: "86 kB", bytes: 86_000 },
  { name: "1 MB", bytes: 1_000_000 }
]

interface Way {
  readonly target: Target
  readonly ending: string
  readonly pid: number
}

type Name = "ours" | "floor" | "direct"
type Ways = Readonly<Record<Name, Way>>

const wayTo = (port: number, pid: number, path: string, ending: string, headers = {}): Way => ({
  pid,
  ending,
  target: { port, path, headers, agent: new Agent({ keepAlive: true }) }
})

interface Sample {
  readonly firstByteMs: number
  readonly cpuMs: number
}

const once = async ({ target, ending, pid }: Way, body: string): Promise<Sample> => {
  const before = cpuMs(pid)
  const { firstByteMs } = await streamOnce(target, body, ending)
  return { firstByteMs, cpuMs: cpuMs(pid) - before }
}

const names: ReadonlyArray<Name> = ["ours", "floor", "direct"]

/** Every way in turn, in an order that changes, with a session of its own in which each request is the one before and a turn more. */
const measureCalls = async (ways: Ways, bytes: number): Promise<Record<Name, Array<Sample>>> => {
  const samples: Record<Name, Array<Sample>> = { ours: [], floor: [], direct: [] }
  const session = agentSession("measured", bytes)
  for (let round = 0; round < rounds; round++) {
    const body = session.next()
    for (const turn of names.keys()) {
      const name = names[(turn + round) % names.length] ?? "direct"
      samples[name].push(await once(ways[name], body))
    }
  }
  return samples
}

/** Callers at a time: enough that the processor is the limit, not the pace of the upstream. */
const callers = 16

/** Requests a second, `count` in all. */
const throughput = async ({ target, ending }: Way, bytes: number, count: number): Promise<number> => {
  const each = Math.ceil(count / callers)
  const start = performance.now()
  const caller = async (name: number) => {
    const session = agentSession(`caller ${name}`, bytes)
    for (let done = 0; done < each; done++) await streamOnce(target, session.next(), ending)
  }
  await Promise.all(Array.from({ length: callers }, (_, name) => caller(name)))
  return ((each * callers) / (performance.now() - start)) * 1000
}

const verdict = (met: boolean): string => (met ? "met" : "MISSED")

const reportCalls = (name: string, samples: Record<Name, Array<Sample>>): void => {
  const time = (way: Name, part: number) =>
    percentile(
      samples[way].map(({ firstByteMs }) => firstByteMs),
      part
    )
  const added = (way: Name, part = 0.5) => time(way, part) - time("direct", 0.5)
  const cpu = (way: Name) => median(samples[way].map((sample) => sample.cpuMs))
  const slower = added("ours") / added("floor")
  const dearer = cpu("ours") / cpu("floor")
  console.log(
    `${name}: added to first byte, ms   ours ${added("ours").toFixed(2)} (p90 ${added("ours", 0.9).toFixed(2)})  floor ${added("floor").toFixed(2)} (p90 ${added("floor", 0.9).toFixed(2)})  direct itself ${time("direct", 0.5).toFixed(2)}  ratio ${slower.toFixed(2)}   (target <= 1.2) ${verdict(slower <= 1.2)}`
  )
  console.log(
    `${name}: CPU a request, ms         ours ${cpu("ours").toFixed(2)}  floor ${cpu("floor").toFixed(2)}  ratio ${dearer.toFixed(2)}   (target <= 1.2) ${verdict(dearer <= 1.2)}`
  )
}

const measureThroughput = async (ways: Ways, name: string, bytes: number): Promise<void> => {
  const ratios: Array<number> = []
  const rates: Array<number> = []
  for (let part = 0; part < 3; part++) {
    const ours = await throughput(ways.ours, bytes, rounds * 2)
    const floor = await throughput(ways.floor, bytes, rounds * 2)
    rates.push(ours)
    ratios.push(ours / floor)
  }
  const ratio = median(ratios)
  console.log(
    `${name}: requests a second         ours ${median(rates).toFixed(1)}  ratio to floor ${ratio.toFixed(2)}   (target >= 0.8) ${verdict(ratio >= 0.8)}`
  )
}

/** Memory after each tenth of the streams; flat when the last half has not grown by more than a tenth. */
const measureMemory = async ({ target, ending, pid }: Way): Promise<void> => {
  if (streams === 0) return
  const body = agentSession("memory", 86_000).next()
  const seen: Array<number> = []
  for (let part = 0; part < 10; part++) {
    const caller = async () => {
      for (let done = 0; done < streams / 10 / callers; done++) await streamOnce(target, body, ending)
    }
    await Promise.all(Array.from({ length: callers }, caller))
    seen.push(rssMb(pid))
  }
  const flat = Math.max(...seen.slice(5)) <= Math.max(...seen.slice(0, 5)) * 1.1
  console.log(`memory over ${streams} streams, MB   ${seen.map(Math.round).join(" ")}   (target flat) ${verdict(flat)}`)
}

const main = async (): Promise<void> => {
  const upstream = await startServer("fast-upstream.ts", "200", "1")
  const floor = await startServer("floor.ts", String(upstream.port))
  const proxy = await startProxy({ main: bundle, args: ["--upstream", `http://127.0.0.1:${upstream.port}`] })
  const headers = { "x-api-key": proxy.token, "anthropic-version": "2023-06-01" }
  const ways: Ways = {
    ours: wayTo(Number(new URL(proxy.base).port), proxy.process.pid ?? -1, "/v1/messages", "message_stop", headers),
    floor: wayTo(floor.port, floor.pid, "/v1/messages", "message_stop"),
    direct: wayTo(upstream.port, upstream.pid, "/v1/chat/completions", "[DONE]")
  }
  try {
    for (const name of names) await throughput(ways[name], 86_000, warmUps)
    for (const { name, bytes } of bodies) reportCalls(name, await measureCalls(ways, bytes))
    for (const { name, bytes } of bodies) await measureThroughput(ways, name, bytes)
    await measureMemory(ways.ours)
  } finally {
    for (const { target } of Object.values(ways)) target.agent.destroy()
    await proxy.stop()
    floor.stop()
    upstream.stop()
  }
}

await main()
