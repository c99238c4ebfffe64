import { fuzzGate } from "./fuzz-gate.ts"

/** `node src/gate-fuzz/main.ts [requests] [seed]`: as many malformed requests as you like. */
const [requests = "100000", seed = String(Date.now() % 1_000_000)] = process.argv.slice(2)
console.log(`${requests} requests, seed ${seed}`)
const report = await fuzzGate({
  requests: Number(requests),
  seed: Number(seed),
  onProgress: (sent, memoryMb) => console.log(`${sent} sent, the server has ${memoryMb} MB`)
})
console.log(JSON.stringify({ ...report, passed: report.passed.slice(0, 10) }, undefined, 2))
process.exitCode = report.alive && report.passed.length + report.leaked + report.stuck === 0 ? 0 : 1
