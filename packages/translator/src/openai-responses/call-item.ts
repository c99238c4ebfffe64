import type {
  ResponsesCustomCallItem,
  ResponsesEventBody,
  ResponsesFunctionCallItem,
  ResponsesItemStatus
} from "@pensieve/models"
import { parseToolInput } from "../parse-tool-input.ts"
import type { OpenItem } from "./stream-state.ts"

type Call = Extract<OpenItem, { readonly kind: "call" }>
type CallItem = ResponsesFunctionCallItem | ResponsesCustomCallItem

/** A call on the wire, with its input as written so far. */
export const callItem = ({ id, callId, tool }: Call, status: ResponsesItemStatus, input: string): CallItem => {
  const names = { name: tool.name, ...(tool.namespace === undefined ? {} : { namespace: tool.namespace }) }
  return tool.custom
    ? { type: "custom_tool_call", id, status, call_id: callId, ...names, input }
    : { type: "function_call", id, status, call_id: callId, ...names, arguments: input }
}

/**
 * The last events of a call and its item, or undefined if its input is not whole.
 *
 * @see wire contract, section 8: clients take calls from `response.output_item.done`
 */
export const callEnd = (
  call: Call,
  place: { readonly item_id: string; readonly output_index: number }
): { readonly item: CallItem; readonly events: ReadonlyArray<ResponsesEventBody> } | undefined => {
  const value = parseToolInput(call.json)
  if (value === undefined) return undefined
  if (!call.tool.custom) {
    const json = call.json === "" ? "{}" : call.json
    const written: ReadonlyArray<ResponsesEventBody> =
      call.json === "" ? [{ type: "response.function_call_arguments.delta", ...place, delta: json }] : []
    const { name } = call.tool
    return {
      item: callItem(call, "completed", json),
      events: [...written, { type: "response.function_call_arguments.done", ...place, name, arguments: json }]
    }
  }
  // The schema the model was shown has one string; what else a model may write is not lost.
  const input = typeof value.input === "string" ? value.input : JSON.stringify(value)
  const written: ReadonlyArray<ResponsesEventBody> =
    input === "" ? [] : [{ type: "response.custom_tool_call_input.delta", ...place, delta: input }]
  return {
    item: callItem(call, "completed", input),
    events: [...written, { type: "response.custom_tool_call_input.done", ...place, input }]
  }
}
