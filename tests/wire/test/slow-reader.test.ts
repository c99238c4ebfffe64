import { delta, words } from "@pensieve/test-harness"
import { connect } from "node:net"
import { assert, describe, it } from "vitest"
import { question, startWired } from "../src/wired-server.ts"

const mebibyte = 1024 * 1024

describe("a client that reads slowly", () => {
  it("slows the upstream down, and memory stays flat", async () => {
    const chunk = words("x".repeat(16 * 1024))
    const total = 64 * mebibyte
    const steps = [...Array.from({ length: total / chunk.length }, () => chunk), delta({}, "stop")]
    const wired = await startWired({ upstream: { script: { steps } } })
    try {
      const { port } = new URL(wired.base)
      const body = JSON.stringify({ ...question, stream: true })
      const socket = connect(Number(port), "127.0.0.1")
      socket.pause()
      socket.write(
        `POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer wire-token\r\n` +
          `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`
      )
      const call = await wired.upstream.call(0)
      const before = process.memoryUsage.rss()
      // The upstream stands still once every buffer between it and the client is full.
      let written = -1
      while (call.written() !== written) {
        written = call.written()
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
      assert.isBelow(written, 24 * mebibyte)
      assert.isBelow(process.memoryUsage.rss() - before, 96 * mebibyte)

      let received = 0
      await new Promise<void>((resolve) => {
        socket.on("data", (bytes) => (received += bytes.length))
        socket.once("close", () => resolve())
        socket.resume()
      })
      assert.isAbove(received, total / 2)
      assert.isAbove(call.written(), total / 2)
    } finally {
      await wired.stop()
    }
  }, 60_000)
})
