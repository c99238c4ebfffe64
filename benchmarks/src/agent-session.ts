/** One session of a coding agent: each request is the one before and a turn more. */
export interface AgentSession {
  /** The body of `POST /v1/messages` of the next turn. */
  readonly next: () => string
}

const sentence = (seed: number, length: number): string => {
  let text = ""
  for (let at = seed; text.length < length; at++) text += `Line ${at} reads "value_${(at * 7919) % 997}" and goes on.\n`
  return text.slice(0, length)
}

const tools = Array.from({ length: 24 }, (_, index) => ({
  name: `Tool${index}`,
  description: sentence(index * 31, 1600),
  input_schema: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: Object.fromEntries(
      ["file_path", "pattern", "limit", "flags"].map((name) => [
        name,
        { type: name === "limit" ? "number" : "string", description: sentence(index, 120) }
      ])
    ),
    required: ["file_path"],
    additionalProperties: false
  }
}))

const system = [
  { type: "text", text: "You are an agent that writes software." },
  { type: "text", text: sentence(5000, 20_000), cache_control: { type: "ephemeral" } }
]

type Turn = ReadonlyArray<{ readonly role: string; readonly content: ReadonlyArray<object> }>

/** A call of a tool and its result, as a client sends them back. */
const turn = (session: string, place: number): Turn => {
  const id = `toolu_${session}_${place}`
  return [
    {
      role: "assistant",
      content: [
        { type: "text", text: `Next I look at file ${place}.` },
        {
          type: "tool_use",
          id,
          name: `Tool${place % tools.length}`,
          input: { file_path: `/src/${place}.ts`, limit: 40 }
        }
      ]
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: sentence(place * 13, 1800) }] }
  ]
}

/** Starts a session whose first request has about so many bytes, at least 80 kB. `name` makes its text its own. */
export const agentSession = (name: string, bytes: number): AgentSession => {
  const messages: Array<Turn[number]> = [
    { role: "user", content: [{ type: "text", text: `${name}: ${sentence(1, 2000)}` }] }
  ]
  const body = () => JSON.stringify({ model: "claude-sonnet", max_tokens: 4096, stream: true, system, tools, messages })
  let place = 0
  const lengthOfTurn = JSON.stringify(turn(name, 0)).length
  for (let missing = bytes - body().length; missing > lengthOfTurn; missing -= lengthOfTurn)
    messages.push(...turn(name, place++))
  return {
    next: () => {
      messages.push(...turn(name, place++))
      return body()
    }
  }
}
