import { isJsonObject, type Json, type JsonObject } from "@pensieve/models"

/** How a tool is named on the wire, and what a call of it looks like there. */
export interface WireTool {
  readonly name: string
  readonly namespace?: string
  /** Takes free text instead of JSON. */
  readonly custom: boolean
}

/** A tool of a request, with the one name the model sees. */
export interface NamedTool extends WireTool {
  readonly flatName: string
  readonly tool: JsonObject
  /** Where it stands in the request. */
  readonly path: ReadonlyArray<PropertyKey>
}

/** The name a model sees of a tool: namespaces are not known to models. */
export const flatName = (name: string, namespace: string | undefined): string => {
  if (namespace === undefined || namespace === "") return name
  return namespace.endsWith("__") ? namespace + name : `${namespace}__${name}`
}

const isCallable = (tool: JsonObject): boolean => tool.type === "function" || tool.type === "custom"

const member = (
  tool: Json,
  namespace: string | undefined,
  path: ReadonlyArray<PropertyKey>
): ReadonlyArray<NamedTool> =>
  isJsonObject(tool) && isCallable(tool) && typeof tool.name === "string"
    ? [
        {
          name: tool.name,
          ...(namespace === undefined ? {} : { namespace }),
          custom: tool.type === "custom",
          flatName: flatName(tool.name, namespace),
          tool,
          path
        }
      ]
    : []

/** One element of a list of tools, and where it stands in the request. */
export interface SentTool {
  readonly tool: Json
  readonly path: ReadonlyArray<PropertyKey>
}

const listed = (tools: Json | undefined, path: ReadonlyArray<PropertyKey>): ReadonlyArray<SentTool> =>
  (Array.isArray(tools) ? tools : []).map((tool: Json, index) => ({ tool, path: [...path, index] }))

/** Whether an item of `input` is a list of tools: the newest models of Codex get theirs so, and no `tools` at all. */
export const isToolList = (item: JsonObject): boolean => item.type === "additional_tools" && Array.isArray(item.tools)

/** All tools of a request: those of `tools`, then those of its items. */
export const sentTools = (body: JsonObject): ReadonlyArray<SentTool> => {
  const items: ReadonlyArray<Json> = Array.isArray(body.input) ? body.input : []
  return [
    ...listed(body.tools, ["tools"]),
    ...items.flatMap((item, index) =>
      isJsonObject(item) && isToolList(item) ? listed(item.tools, ["input", index, "tools"]) : []
    )
  ]
}

/**
 * The tools a client can run, in the order sent, those of a namespace one by one. Names are as unique as the client's:
 * one that joins to a name given before gets a number behind it, the same in every request with the same tools.
 */
export const namedTools = (tools: ReadonlyArray<SentTool>): ReadonlyArray<NamedTool> => {
  const all = tools.flatMap(({ tool, path }): ReadonlyArray<NamedTool> => {
    if (!isJsonObject(tool) || tool.type !== "namespace") return member(tool, undefined, path)
    const members: ReadonlyArray<Json> = Array.isArray(tool.tools) ? tool.tools : []
    const namespace = typeof tool.name === "string" ? tool.name : undefined
    return members.flatMap((inner, at) => member(inner, namespace, [...path, "tools", at]))
  })
  const taken = new Map<string, NamedTool>()
  for (const tool of all) {
    const holder = taken.get(tool.flatName)
    if (holder === undefined) taken.set(tool.flatName, tool)
    else if (holder.namespace !== tool.namespace || holder.name !== tool.name) {
      let count = 2
      while (taken.has(`${tool.flatName}_${count}`)) count++
      const flat = `${tool.flatName}_${count}`
      taken.set(flat, { ...tool, flatName: flat })
    }
  }
  return [...taken.values()]
}

/** How to name a call of the conversation: as the tool it is of, else by joining its names. */
export const callNamer = (
  tools: ReadonlyArray<NamedTool>
): ((name: string, namespace: string | undefined) => string) => {
  const known = new Map(tools.map((tool) => [JSON.stringify([tool.namespace ?? "", tool.name]), tool.flatName]))
  return (name, namespace) => known.get(JSON.stringify([namespace ?? "", name])) ?? flatName(name, namespace)
}
