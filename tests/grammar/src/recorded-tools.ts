import { isJsonObject, type JsonObject } from "@pensieve/models"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import type { DeclaredTool } from "./asked-grammar.ts"

/** The different lists of tools in a folder of JSON lines (gzipped or not) whose `body` is a request to any of the three APIs. */
export const recordedTools = (folder: string): ReadonlyArray<ReadonlyArray<DeclaredTool>> => {
  const lists = new Map<string, ReadonlyArray<DeclaredTool>>()
  for (const file of readdirSync(folder).filter((name) => /\.jsonl(\.gz)?$/.test(name)))
    for (const line of linesOf(join(folder, file))) {
      const { body } = JSON.parse(line)
      const tools = isJsonObject(body) ? toolsOf(body) : []
      if (tools.length > 0) lists.set(JSON.stringify(tools), tools)
    }
  return [...lists.values()]
}

const linesOf = (path: string): ReadonlyArray<string> => {
  const bytes = readFileSync(path)
  return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8").split("\n").filter(Boolean)
}

const toolsOf = (body: JsonObject): ReadonlyArray<DeclaredTool> => {
  const { tools } = body
  return (Array.isArray(tools) ? tools : []).filter(isJsonObject).flatMap((tool) => {
    const { name, input_schema: schema, parameters } = isJsonObject(tool["function"]) ? tool["function"] : tool
    const inputSchema = schema ?? parameters
    return typeof name === "string" && isJsonObject(inputSchema) ? [{ name, inputSchema }] : []
  })
}
