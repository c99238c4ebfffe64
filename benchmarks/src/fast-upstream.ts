// An OpenAI-compatible server that answers every request with the same words, each token in a write of its own. Prints its port.
import { delta, ending, words } from "@pensieve/test-harness"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

const tokens = Number(process.argv[2] ?? 200)
const paceMs = Number(process.argv[3] ?? 0)

const pieces = Array.from({ length: tokens }, (_, index) => Buffer.from(words(` word${index}`)))
const first = Buffer.concat([Buffer.from(delta({ role: "assistant", content: "" })), ...pieces.slice(0, 1)])
const last = Buffer.from(ending("stop", 20_000, tokens))
const answer = [first, ...pieces.slice(1), last]
const models = JSON.stringify({ object: "list", data: [{ id: "fast-model", object: "model", owned_by: "somebody" }] })

const speak = (response: ServerResponse, place: number): void => {
  const piece = answer[place]
  if (response.destroyed) return
  if (piece === undefined) return void response.end()
  const next = () => speak(response, place + 1)
  if (!response.write(piece)) response.once("drain", next)
  else if (paceMs > 0) setTimeout(next, paceMs)
  else setImmediate(next)
}

const server = createServer((request, response) => {
  response.socket?.setNoDelay(true)
  request.resume().once("end", () => {
    if (request.method !== "POST") {
      const found = request.url?.endsWith("/models") === true
      response.writeHead(found ? 200 : 404, { "content-type": "application/json" }).end(found ? models : "{}")
      return
    }
    response.writeHead(200, { "content-type": "text/event-stream" })
    speak(response, 0)
  })
})
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port))
