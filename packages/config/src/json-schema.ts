import { Schema } from "effect"
import { Configuration } from "./configuration.ts"
import { leavesOf } from "./leaves.ts"

/** The JSON Schema of the configuration file, for editors. A setting that has a default need not be given. */
export const configurationJsonSchema = (): Record<string, unknown> => {
  const { schema, definitions } = Schema.toJsonSchemaDocument(Configuration)
  const optional = new Set(leavesOf(Configuration.ast).flatMap((leaf) => (leaf.path.length === 1 ? leaf.path : [])))
  const required = Array.isArray(schema["required"]) ? schema["required"].filter((name) => !optional.has(name)) : []
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of Pensieve",
    ...schema,
    required,
    additionalProperties: false,
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions })
  }
}
