// The least a translator can do: Anthropic's messages in, OpenAI's chat completions out, the stream back. Plain `node:http`, no checks, no
// errors, no limits. What Pensieve costs is held against this. Run with the upstream's port; prints its own.
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

interface Block {
  readonly type: string
  readonly text?: string
  readonly id?: string
  readonly name?: string
  readonly input?: unknown
  readonly tool_use_id?: string
  readonly content?: string | ReadonlyArray<Block>
}

interface Asked {
  readonly model: string
  readonly max_tokens: number
  readonly system?: string | ReadonlyArray<Block>
  readonly tools?: ReadonlyArray<{
    readonly name: string
    readonly description?: string
    readonly input_schema: unknown
  }>
  readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string | ReadonlyArray<Block> }>
}

const textOf = (content: string | ReadonlyArray<Block> = ""): string =>
  typeof content === "string"
    ? content
    : content
        .filter((block) => block.type === "text")
        .map((block) => block.text)
        .join("\n\n")

const messagesOf = ({ role, content }: Asked["messages"][number]): ReadonlyArray<unknown> => {
  if (typeof content === "string") return [{ role, content }]
  const results = content.filter((block) => block.type === "tool_result")
  const calls = content.filter((block) => block.type === "tool_use")
  const text = textOf(content)
  return [
    ...results.map((block) => ({ role: "tool", tool_call_id: block.tool_use_id, content: textOf(block.content) })),
    ...(text === "" && calls.length === 0
      ? []
      : [
          {
            role,
            content: text,
            ...(calls.length === 0
              ? {}
              : {
                  tool_calls: calls.map(({ id, name, input }) => ({
                    id,
                    type: "function",
                    function: { name, arguments: JSON.stringify(input) }
                  }))
                })
          }
        ])
  ]
}

const translated = (asked: Asked): string =>
  JSON.stringify({
    model: asked.model,
    max_tokens: asked.max_tokens,
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: "system", content: textOf(asked.system) }, ...asked.messages.flatMap(messagesOf)],
    tools: asked.tools?.map(({ name, description, input_schema }) => ({
      type: "function",
      function: { name, description, parameters: input_schema }
    }))
  })

interface Chunk {
  readonly choices: ReadonlyArray<{ readonly delta?: { readonly content?: string }; readonly finish_reason?: string }>
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number }
}

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`

/** Writes the answer's events while the upstream's bytes come. */
const translateBack = (incoming: IncomingMessage, outgoing: ServerResponse, model: string): void => {
  outgoing.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" })
  let rest = ""
  let begun = false
  const onChunk = ({ choices: [choice], usage }: Chunk): string => {
    let out = ""
    if (!begun) {
      begun = true
      const message = { id: "msg_1", type: "message", role: "assistant", model, content: [], stop_reason: null }
      out += event("message_start", { message: { ...message, usage: { input_tokens: 0, output_tokens: 0 } } })
      out += event("content_block_start", { index: 0, content_block: { type: "text", text: "" } })
    }
    if (choice?.delta?.content)
      out += event("content_block_delta", { index: 0, delta: { type: "text_delta", text: choice.delta.content } })
    if (usage)
      out +=
        event("content_block_stop", { index: 0 }) +
        event("message_delta", {
          delta: { stop_reason: "end_turn" },
          usage: { input_tokens: usage.prompt_tokens, output_tokens: usage.completion_tokens }
        })
    return out
  }
  incoming.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n")
    rest = lines.pop() ?? ""
    let out = ""
    for (const line of lines) if (line.startsWith("data: {")) out += onChunk(JSON.parse(line.slice(6)))
    if (out !== "" && !outgoing.write(out)) {
      incoming.pause()
      outgoing.once("drain", () => incoming.resume())
    }
  })
  incoming.once("end", () => outgoing.end(event("message_stop", {})))
}

const agent = new Agent({ keepAlive: true })
const [upstreamPort] = process.argv.slice(2)

const server = createServer((incoming, outgoing) => {
  const chunks: Array<Buffer> = []
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
  incoming.once("end", () => {
    const asked: Asked = JSON.parse(Buffer.concat(chunks).toString("utf8"))
    const body = translated(asked)
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) }
    const target = { port: upstreamPort, path: "/v1/chat/completions", method: "POST", agent, headers }
    const asking = request(target, (response) => translateBack(response, outgoing, asked.model)).end(body)
    outgoing.once("close", () => asking.destroy())
  })
})
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port))
