import { initialSseDecode, pushSse } from "@pensieve/framing"

/** One event of a Messages stream. */
export interface StreamEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** The events of a Messages stream, as far as it came; an answer with an error status is one `error` event. */
export const readEvents = async (response: Response): Promise<ReadonlyArray<StreamEvent>> => {
  if (!response.ok) return [(await response.json()) as StreamEvent]
  let state = initialSseDecode
  const all: Array<StreamEvent> = []
  for await (const bytes of response.body ?? []) {
    const [next, events] = pushSse(state, bytes)
    state = next
    for (const { data } of events) all.push(JSON.parse(data) as StreamEvent)
  }
  return all
}

/** The answer that the events tell, short. */
export interface ShortAnswer {
  readonly thinking: string
  readonly text: string
  readonly calls: ReadonlyArray<readonly [name: string, json: string]>
  readonly stop: string | undefined
  /** Message of the error that ended it. */
  readonly error: string | undefined
}

/** Gathers events as a client does. */
export const gather = (events: ReadonlyArray<StreamEvent>): ShortAnswer => {
  let thinking = ""
  let text = ""
  let stop: string | undefined
  let error: string | undefined
  const calls: Array<[string, string]> = []
  for (const event of events) {
    const block = event["content_block"] as { readonly type: string; readonly name: string } | undefined
    const delta = event["delta"] as Readonly<Record<string, string>> | undefined
    if (block?.type === "tool_use") calls.push([block.name, ""])
    if (delta?.["type"] === "text_delta") text += delta["text"]
    if (delta?.["type"] === "thinking_delta") thinking += delta["thinking"]
    const last = calls.at(-1)
    if (delta?.["type"] === "input_json_delta" && last !== undefined) last[1] += delta["partial_json"]
    if (event.type === "message_delta") stop = delta?.["stop_reason"]
    if (event.type === "error") error = (event["error"] as { readonly message: string }).message
  }
  return { thinking, text, calls, stop, error }
}
