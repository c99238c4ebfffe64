import { checkInput } from "@pensieve/families"
import { type Conversation, type GenerationEvent, isJsonObject, type Json, type JsonObject } from "@pensieve/models"
import fc from "fast-check"
import type { DeclaredTool } from "./asked-grammar.ts"
import { cappedSchema } from "./capped-schema.ts"
import { type RandomModel, textOf } from "./random-model.ts"
import { randomTools } from "./random-tools.ts"

/** Tools of random schemas in which nothing can go on for ever: as many lists as calls are to be drawn. */
export const cappedTools = (count: number, seed: number): ReadonlyArray<ReadonlyArray<DeclaredTool>> =>
  fc.sample(randomTools, { numRuns: count, seed }).map((tools) => tools.map(cappedTool))

/** A tool of whose calls none can go on for ever. */
export const cappedTool = ({ name, inputSchema }: DeclaredTool): DeclaredTool => {
  const capped = cappedSchema(inputSchema)
  return { name, inputSchema: isJsonObject(capped) ? capped : {} }
}

/** Has a model call one of the tools, once for each list of them, and tells what is wrong with its answers or had to be mended. */
export const drawCalls = async (
  model: RandomModel,
  requests: ReadonlyArray<ReadonlyArray<DeclaredTool>>
): Promise<ReadonlyArray<string>> => {
  const before = model.mended().length
  const answers = await model.answers(requests.map(demandingCall))
  const faults = answers.flatMap((events, index) => callFaults(events, requests[index] ?? []))
  return [...faults, ...model.mended().slice(before)]
}

/** A request for a call of one of these tools. */
export const demandingCall = (tools: ReadonlyArray<DeclaredTool>): Partial<Conversation> => ({
  tools: tools.map((tool) => ({ ...tool, deferred: false, eager: false })),
  toolChoice: { type: "any" }
})

const callFaults = (
  events: ReadonlyArray<GenerationEvent>,
  tools: ReadonlyArray<DeclaredTool>
): ReadonlyArray<string> => {
  const calls = events.flatMap((event) => (event.type === "tool-call" ? [event] : []))
  const text = textOf(events)
  return [
    ...(calls.length === 1 ? [] : [`${calls.length} calls: ${JSON.stringify([events.at(-1), tools])}`]),
    ...(text === "" ? [] : [`text: ${text}`]),
    ...calls.flatMap(({ name, input }) => {
      const schema = tools.find((tool) => tool.name === name)?.inputSchema
      return schema === undefined ? [`no tool ${name}`] : schemaFaults(schema, input)
    })
  ]
}

/** What is wrong with a value, by its schema. */
export const schemaFaults = (schema: JsonObject, value: Json): ReadonlyArray<string> =>
  checkInput(schema, value).map(({ message }) => `${message} ${JSON.stringify([value, schema])}`)
