import { parseToolInput } from "../parse-tool-input.ts"
import { freshId } from "../fresh-id.ts"
import { callBroke } from "../stream-step.ts"
import { choiceFrame, fail, type StreamState, type StreamStep } from "./stream-state.ts"

/** A call that was cut off must not be run: the stream fails. */
const failCall = (state: StreamState): StreamStep => fail(state, callBroke())

const argumentsDelta = (state: StreamState, json: string) => ({
  tool_calls: [{ index: state.calls - 1, function: { arguments: json } }]
})

/** Ends a call whose input is whole. A call without any input is one with `{}`, which must be written. */
export const closeCall = (state: StreamState): StreamStep => {
  if (state.json === undefined) return [state, []]
  if (state.json.trim() === "") {
    return [{ ...state, json: undefined }, [choiceFrame(state, argumentsDelta(state, "{}"))]]
  }
  return parseToolInput(state.json) === undefined ? failCall(state) : [{ ...state, json: undefined }, []]
}

/** Something else comes while a call is open. A call ends by its own event only. */
export const leaveCall = (state: StreamState): StreamStep => (state.json === undefined ? [state, []] : failCall(state))

/** Begins a call, under an id no other call of the conversation has. Its name comes before its arguments. */
export const openCall = (state: StreamState, id: string, name: string): StreamStep => {
  const fresh = freshId(id, state.toolIds)
  const call = { index: state.calls, id: fresh, type: "function", function: { name, arguments: "" } } as const
  return [
    { ...state, json: "", calls: state.calls + 1, toolIds: new Set(state.toolIds).add(fresh) },
    [choiceFrame(state, { tool_calls: [call] })]
  ]
}

/** A fragment of the open call's arguments; without an open call it is nobody's. */
export const writeCall = (state: StreamState, json: string): StreamStep =>
  state.json === undefined || json === ""
    ? [state, []]
    : [{ ...state, json: state.json + json }, [choiceFrame(state, argumentsDelta(state, json))]]
