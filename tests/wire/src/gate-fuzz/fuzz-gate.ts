import { says, startProxy, startUpstream } from "@pensieve/test-harness"
import { spawnSync } from "node:child_process"
import { connect } from "node:net"
import { chanceOf } from "./chance.ts"
import { malformedRequest, type MalformedRequest, strangersMark, type Target } from "./malformed-request.ts"

/** How much is sent. */
export interface FuzzOptions {
  readonly requests: number
  readonly seed: number
  /** Called now and then with how many were sent, and the server's memory. */
  readonly onProgress?: (sent: number, memoryMb: number) => void
}

/** What came of it. */
export interface FuzzReport {
  /** How often which status came first; 0 where the server hung up without a word. */
  readonly statuses: Readonly<Record<number, number>>
  /** Requests without the token that were answered with more than what is public. */
  readonly passed: ReadonlyArray<string>
  /** Prompts of strangers that a backend saw. */
  readonly leaked: number
  /** Sockets that the server neither answered nor closed in time. */
  readonly stuck: number
  /** Whether the server still answers, and is the process it was. */
  readonly alive: boolean
  /** Resident memory of the server in MB, at each tenth of the way. */
  readonly memoryMb: ReadonlyArray<number>
  readonly seconds: number
}

const atOnce = 48
/** Longer than any limit of the server's on headers. */
const stuckMs = 20_000
const publicAnswers = /^(\{"status":"(healthy|starting)"\})?$/

/** Sends malformed requests from raw sockets at the real program, and looks what becomes of it. */
export const fuzzGate = async ({ requests, seed, onProgress }: FuzzOptions): Promise<FuzzReport> => {
  const upstream = await startUpstream({ script: says("hello") })
  const proxy = await startProxy({ args: ["--upstream", upstream.url] })
  const target: Target = { port: Number(new URL(proxy.base).port), token: proxy.token }
  const chance = chanceOf(seed)
  const statuses: Record<number, number> = {}
  const passed: Array<string> = []
  const memoryMb: Array<number> = []
  const since = performance.now()
  const tenth = Math.max(1, Math.floor(requests / 10))
  let sent = 0
  let stuck = 0

  const lane = async () => {
    while (sent < requests) {
      const request = malformedRequest(chance, target)
      sent++
      if (sent % tenth === 0) {
        memoryMb.push(memoryOf(proxy.process.pid))
        onProgress?.(sent, memoryMb.at(-1) ?? 0)
      }
      const answer = await say(target.port, request)
      if (answer === undefined) {
        stuck++
        continue
      }
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
      statuses[status] = (statuses[status] ?? 0) + 1
      if (!request.trusted && !isPublic(answer))
        passed.push(`${request.bytes.toString("latin1").slice(0, 400)} -> ${answer.slice(0, 200)}`)
    }
  }

  try {
    await Promise.all(Array.from({ length: atOnce }, lane))
    const well = await fetch(`${proxy.base}/v1/models`, { headers: { authorization: `Bearer ${proxy.token}` } })
    return {
      statuses,
      passed,
      leaked: upstream.calls.filter(({ text }) => text.includes(strangersMark)).length,
      stuck,
      alive: well.ok && proxy.process.exitCode === null,
      memoryMb,
      seconds: (performance.now() - since) / 1000
    }
  } finally {
    await proxy.stop()
    await upstream.stop()
  }
}

/** What came back until the server hung up; undefined when it never did. */
const say = (port: number, { bytes, abrupt }: MalformedRequest): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true })
    let received = ""
    const timer = setTimeout(() => {
      resolve(undefined)
      socket.destroy()
    }, stuckMs)
    socket.setEncoding("latin1").on("data", (text: string) => (received += text))
    // A server that has said enough closes while bytes are still on their way.
    socket.on("error", () => undefined)
    socket.once("close", () => {
      clearTimeout(timer)
      resolve(received)
    })
    socket.once("end", () => socket.destroy())
    socket.end(bytes, () => {
      if (abrupt) socket.resetAndDestroy()
    })
  })

/** Whether all that was answered is a refusal, or what everybody may know. */
const isPublic = (answers: string): boolean =>
  answers
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((one) => one !== "")
    .every((one) => {
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(one)?.[1] ?? 0)
      return status >= 300 || status === 100 || publicAnswers.test(one.slice(one.indexOf("\r\n\r\n") + 4))
    })

const memoryOf = (pid = -1): number =>
  Math.round(Number(spawnSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }).stdout) / 1024)
