// How soon is Pensieve there? From the call to the first answer of /health, of the bundled proxy alone (another server's model, so no engine),
// and from the call to the end of `pensieve status` beside it. The least of several runs counts; the first, when Node compiles the program and
// nothing is kept yet, is told apart. Words: runs.
import { places } from "@pensieve/test-harness"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startServer } from "./start-server.ts"
import { median } from "./statistics.ts"

const [runs = 9] = process.argv.slice(2).map(Number)
const bundle = join(places.root, "apps/proxy/dist/main.js")
const targetMs = 300

const home = mkdtempSync(join(tmpdir(), "pensieve-startup-"))
const upstream = await startServer("fast-upstream.ts", "200", "1")

const call = (...args: ReadonlyArray<string>): ChildProcess =>
  spawn(process.execPath, [bundle, ...args], {
    env: { PATH: process.env["PATH"] ?? "", HOME: home },
    stdio: ["ignore", "ignore", "pipe"]
  })

const ending = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once("exit", resolve))

/** The address that a proxy says it listens on. */
const addressIn = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let log = ""
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text
      const base = /listens on (http:\/\/127\.0\.0\.1:\d+)/.exec(log)?.[1]
      if (base !== undefined) resolve(base)
    })
    child.once("exit", () => reject(new Error(`the proxy ended:\n${log}`)))
  })

/** Starts a proxy, lets `meanwhile` happen beside it, and ends it. Gives the milliseconds to its first answer. */
const timeStart = async (meanwhile: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  const child = call("start", "--port", "0", "--upstream", `http://127.0.0.1:${upstream.port}`)
  const ended = ending(child)
  try {
    const answer = await fetch(`${await addressIn(child)}/health`, { headers: { connection: "close" } })
    await answer.text()
    const time = performance.now() - start
    await meanwhile()
    return time
  } finally {
    child.kill()
    await ended
  }
}

const timeStatus = async (): Promise<number> => {
  const start = performance.now()
  const code = await ending(call("status"))
  if (code !== 0) throw new Error(`status ended with ${code}`)
  return performance.now() - start
}

const report = (what: string, [first = Number.NaN, ...times]: ReadonlyArray<number>): void => {
  const least = Math.min(...times)
  console.log(
    `${what}, ms   least ${least.toFixed(0)} of ${times.length}, median ${median(times).toFixed(0)}, the very first ${first.toFixed(0)}   (target <= ${targetMs}) ${least <= targetMs ? "met" : "MISSED"}`
  )
}

try {
  const starts: Array<number> = []
  const looks: Array<number> = []
  for (let run = 0; run <= runs; run++) starts.push(await timeStart(async () => looks.push(await timeStatus())))
  report("first answer of /health", starts)
  report("pensieve status        ", looks)
} finally {
  upstream.stop()
  rmSync(home, { recursive: true, force: true })
}
