import { Schema, SchemaAST } from "effect"
import { Configuration } from "./configuration.ts"

type JsonSchema = Readonly<Record<string, unknown>>

/** The JSON Schema of the configuration file, for editors. A setting that has a default need not be given. */
export const configurationJsonSchema = (): Record<string, unknown> => {
  const { schema, definitions } = Schema.toJsonSchemaDocument(Configuration, { onExcessProperty: "error" })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of Pensieve",
    ...relaxed(schema, Configuration.ast),
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions })
  }
}

const isObject = (value: unknown): value is JsonSchema => typeof value === "object" && value !== null

/** Fixed fields need not be given: each has a default, or is such a mapping itself. */
const relaxed = (schema: JsonSchema, ast: SchemaAST.AST): JsonSchema => {
  if (!SchemaAST.isObjects(ast) || ast.indexSignatures.length > 0 || !isObject(schema["properties"])) return schema
  const types = new Map(ast.propertySignatures.map(({ name, type }) => [String(name), type]))
  const properties = Object.entries(schema["properties"]).map(([name, property]) => {
    const type = types.get(name)
    return [name, isObject(property) && type !== undefined ? relaxed(property, type) : property]
  })
  return { ...schema, properties: Object.fromEntries(properties), required: [] }
}
