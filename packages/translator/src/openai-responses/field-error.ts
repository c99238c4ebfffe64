import { InvalidRequest } from "@pensieve/errors"
import { isJsonObject } from "@pensieve/models"
import { Result, Schema, SchemaIssue } from "effect"

/** Where a value stands in the request. */
export type Path = ReadonlyArray<PropertyKey>

/** `input[0].content[1].text`, as the API names the place of a fault. */
export const dotted = (path: Path): string =>
  path.map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${String(key)}`)).join("")

/** An error about one field: which it is, what is wrong with it, and what to do. */
export const invalidField = (path: Path, problem: string): InvalidRequest =>
  new InvalidRequest(
    path.length === 0
      ? { message: `${problem}.` }
      : { message: `Invalid '${dotted(path)}': ${problem}.`, field: dotted(path) }
  )

const missing = "it is required"

const typeProblems: Readonly<Record<string, string>> = {
  String: "should be a string",
  Number: "should be a number",
  Boolean: "should be true or false",
  Arrays: "should be an array",
  Objects: "should be an object"
}

const leafProblem: SchemaIssue.LeafHook = (issue) => {
  if (issue._tag === "MissingKey") return missing
  const own = issue._tag === "InvalidType" ? typeProblems[issue.ast._tag] : undefined
  return own ?? SchemaIssue.defaultLeafHook(issue)
}

const format = SchemaIssue.makeFormatterStandardSchemaV1({ leafHook: leafProblem })

const keyOf = (segment: PropertyKey | { readonly key: PropertyKey }): PropertyKey =>
  typeof segment === "object" ? segment.key : segment

const firstProblem = (error: Schema.SchemaError, path: Path): InvalidRequest => {
  const [first] = format(error.issue).issues
  return first === undefined
    ? invalidField(path, "it cannot be read")
    : invalidField([...path, ...(first.path ?? []).map(keyOf)], first.message)
}

/** An object without the fields that are null: the API takes null for absent. */
const withoutNulls = (value: unknown): unknown => {
  if (!isJsonObject(value)) return value
  const entries = Object.entries(value)
  const present = entries.filter(([, field]) => field !== null && field !== undefined)
  return present.length === entries.length ? value : Object.fromEntries(present)
}

/** A decoder whose errors name the field from the request's root. Null fields count as absent. */
export const decoderOf = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (value: unknown, path: Path): Result.Result<S["Type"], InvalidRequest> =>
    Result.mapError(decode(withoutNulls(value)), (error) => firstProblem(error, path))
}
