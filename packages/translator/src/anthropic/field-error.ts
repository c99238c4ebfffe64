import { InvalidRequest } from "@pensieve/errors"
import { isJsonObject } from "@pensieve/models"
import { Result, Schema, SchemaIssue } from "effect"

/** Where a value stands in the request. */
export type Path = ReadonlyArray<PropertyKey>

/** `messages.0.content.1.text` */
export const dotted = (path: Path): string => path.map(String).join(".")

/** An error about one field, worded as the API words it: path, colon, what is wrong. */
export const invalidField = (path: Path, problem: string): InvalidRequest =>
  new InvalidRequest(
    path.length === 0 ? { message: problem } : { message: `${dotted(path)}: ${problem}`, field: dotted(path) }
  )

const typeProblems: Readonly<Record<string, string>> = {
  String: "Input should be a valid string",
  Number: "Input should be a valid number",
  Boolean: "Input should be a valid boolean",
  Arrays: "Input should be a valid array",
  Objects: "Input should be a valid dictionary"
}

const leafProblem: SchemaIssue.LeafHook = (issue) => {
  if (issue._tag === "MissingKey") return "Field required"
  const own = issue._tag === "InvalidType" ? typeProblems[issue.ast._tag] : undefined
  return own ?? SchemaIssue.defaultLeafHook(issue)
}

const format = SchemaIssue.makeFormatterStandardSchemaV1({ leafHook: leafProblem })

const keyOf = (segment: PropertyKey | { readonly key: PropertyKey }): PropertyKey =>
  typeof segment === "object" ? segment.key : segment

const firstProblem = (error: Schema.SchemaError, path: Path): InvalidRequest => {
  const [first] = format(error.issue).issues
  return first === undefined
    ? invalidField(path, "Input is invalid")
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
