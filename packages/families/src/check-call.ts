import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import { Result } from "effect"
import { coerceInput } from "./coerce-input.ts"
import type { ToolShape } from "./family.ts"
import { repairJson } from "./json-repair.ts"
import { meantName } from "./names.ts"
import type { RepairRule } from "./repair-rules.ts"
import { checkInput, type SchemaFault } from "./schema-check.ts"

/** A call as a model or a server wrote it. */
export interface WrittenCall {
  readonly name: string
  /** The input, or the JSON text of it. */
  readonly input: JsonObject | string
  /** False where the answer broke off in the call or right behind it: then nothing is mended. */
  readonly complete?: boolean
}

/** A call that may be run. */
export interface CheckedCall {
  readonly name: string
  readonly input: JsonObject
  /** What had to be mended; nothing for a call that was right. */
  readonly repairs: ReadonlyArray<RepairRule>
}

/** A call that is wrong in a way nobody may mend. */
export interface CallRefusal {
  /** What is wrong, for the model (a retry) or a log; holds no values of the input. */
  readonly problem: string
  /** The call as it came, for a client that will refuse it by itself; null where it has no readable input and can only be text. */
  readonly call: { readonly name: string; readonly input: JsonObject } | null
}

/**
 * The repair ladder for one call: its input is read, its JSON mended, its tool and its values brought to what the request
 * declared, each step only where the one before did not suffice, and the result is checked against the tool's schema.
 * A refused call is one for a hidden retry; after that it is handed over as `call` has it.
 */
export const checkCall = (
  written: WrittenCall,
  tools: ReadonlyArray<ToolShape>
): Result.Result<CheckedCall, CallRefusal> => {
  const read = readInput(written)
  if (Result.isFailure(read)) return Result.fail({ problem: read.failure, call: null })
  const { input, repairs } = read.success
  const call = { name: written.name, input }
  const tool = findTool(written.name, tools)
  if (tool === undefined) return Result.fail({ problem: unknownTool(written.name, tools), call })
  const renamed: ReadonlyArray<RepairRule> = tool.name === written.name ? repairs : [...repairs, "tool-name"]
  const fitted = fitInput(tool, input, written.complete ?? true)
  return Result.isFailure(fitted)
    ? Result.fail({ problem: `The call of ${tool.name} does not fit its schema: ${fitted.failure}.`, call })
    : Result.succeed({ name: tool.name, input: fitted.success.input, repairs: [...renamed, ...fitted.success.repairs] })
}

interface ReadInput {
  readonly input: JsonObject
  readonly repairs: ReadonlyArray<RepairRule>
}

// The input's text

const readInput = ({ name, input, complete = true }: WrittenCall): Result.Result<ReadInput, string> => {
  if (typeof input !== "string") return Result.succeed({ input, repairs: [] })
  // Servers write no arguments as an empty string.
  if (input.trim() === "" && complete) return Result.succeed({ input: {}, repairs: [] })
  const read = repairJson(input, { closed: false })
  const problem = (what: string) => Result.fail(`The arguments of ${name} cannot be read: ${what}.`)
  if (Result.isFailure(read)) return problem(read.failure)
  const { value, repairs } = read.success
  if (!complete && repairs.length > 0) return problem("the answer breaks off")
  if (isJsonObject(value)) return Result.succeed({ input: value, repairs })
  const inner = typeof value === "string" ? repairJson(value, { closed: false }) : null
  if (inner !== null && Result.isSuccess(inner) && isJsonObject(inner.success.value))
    return Result.succeed({
      input: inner.success.value,
      repairs: [...repairs, "arguments-as-text", ...inner.success.repairs]
    })
  return problem("they are no JSON object")
}

// The tool

const unknownTool = (name: string, tools: ReadonlyArray<ToolShape>): string =>
  `There is no tool named ${name}. The tools are: ${tools.map((tool) => tool.name).join(", ")}.`

const findTool = (name: string, tools: ReadonlyArray<ToolShape>): ToolShape | undefined => {
  const meant = meantName(
    name,
    tools.map((tool) => tool.name)
  )
  return tools.find((tool) => tool.name === meant)
}

// The values

const fitInput = (tool: ToolShape, input: JsonObject, complete: boolean): Result.Result<ReadInput, string> => {
  const schema = tool.inputSchema
  if (!isJsonObject(schema)) return Result.succeed({ input, repairs: [] })
  const faults = checkInput(schema, input)
  if (faults.length === 0) return Result.succeed({ input, repairs: [] })
  const mended = complete ? (coerceInput(schema, input) ?? unwrapInput(tool.name, schema, input)) : null
  return mended === null ? Result.fail(tell(faults)) : Result.succeed(mended)
}

const wrappers = new Set(["arguments", "parameters", "input", "args", "params"])

/** Arguments that stand one level too deep, as `{"arguments": {…}}` or under the tool's own name. */
const unwrapInput = (name: string, schema: JsonObject, input: JsonObject): ReadInput | null => {
  const [entry, ...others] = Object.entries(input)
  if (entry === undefined || others.length > 0) return null
  const [key, inside] = entry
  const properties = schema["properties"]
  const declared = isJsonObject(properties) && Object.hasOwn(properties, key)
  const inner = objectOf(inside)
  if (declared || inner === null || !(wrappers.has(key) || key === name)) return null
  const rules: ReadonlyArray<RepairRule> =
    typeof inside === "string" ? ["nested-arguments", "arguments-as-text"] : ["nested-arguments"]
  if (checkInput(schema, inner).length === 0) return { input: inner, repairs: rules }
  const mended = coerceInput(schema, inner)
  return mended === null ? null : { input: mended.input, repairs: [...rules, ...mended.repairs] }
}

const objectOf = (value: Json): JsonObject | null => {
  if (isJsonObject(value)) return value
  const read = typeof value === "string" ? Result.getOrNull(repairJson(value, { closed: false })) : null
  return read !== null && read.repairs.length === 0 && isJsonObject(read.value) ? read.value : null
}

const toldFaults = 5

const tell = (faults: ReadonlyArray<SchemaFault>): string =>
  faults
    .slice(0, toldFaults)
    .map(({ path, message }) => `${path === "" ? "" : `${path}: `}${message.replace(/\.$/, "")}`)
    .join("; ")
