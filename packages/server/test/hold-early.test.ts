import { createServer, get } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, it } from "@effect/vitest"
import { holdEarly } from "../src/hold-early.ts"

it("a request that comes before the handler is answered by it", async () => {
  const server = holdEarly(createServer())
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    const came = new Promise((resolve) => server.once("connection", (socket) => socket.once("data", resolve)))
    const { port } = server.address() as AddressInfo
    const answer = new Promise<string>((resolve, reject) => {
      get({ port, agent: false }, (response) => {
        let text = ""
        response.on("data", (chunk) => (text += String(chunk))).once("end", () => resolve(text))
      }).once("error", reject)
    })
    await came
    server.on("request", (_, response) => response.end("here"))
    assert.strictEqual(await answer, "here")
  } finally {
    server.close()
  }
})
