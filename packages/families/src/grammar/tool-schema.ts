import type { JsonObject } from "@pensieve/models"
import type { GrammarTool } from "./family-grammar.ts"
import { type SchemaRewrite, simplifySchema } from "./simplify-schema.ts"

/** A tool with the schema that a grammar can hold its calls to. */
export interface RewrittenTool {
  readonly tool: GrammarTool
  readonly rewrites: ReadonlyArray<SchemaRewrite>
}

/**
 * Makes a tool ready for a grammar. Its input is an object, and where the schema names the properties of that object without
 * a word about others there are no others: models invent them.
 */
export const rewriteTool = (tool: { readonly name: string; readonly inputSchema: JsonObject }): RewrittenTool => {
  const { schema, rewrites } = simplifySchema(tool.inputSchema)
  const { properties, additionalProperties, patternProperties, anyOf, allOf, $ref } = schema.root
  const plain = anyOf === undefined && allOf === undefined && $ref === undefined
  const closed =
    plain && properties !== undefined && additionalProperties === undefined && patternProperties === undefined
  const root = { ...schema.root, type: "object", ...(closed ? { additionalProperties: false } : {}) }
  return { tool: { name: tool.name, schema: { ...schema, root } }, rewrites }
}

/** The same tool with nothing said about its input, for a schema that the compiler refuses all the same. */
export const looseTool = (name: string): GrammarTool => ({
  name,
  schema: { root: { type: "object" }, definitions: {} }
})
