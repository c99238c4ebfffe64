import { InvalidRequest } from "@pensieve/errors"
import { isJsonObject } from "@pensieve/models"
import { Result, Schema, SchemaIssue } from "effect"
import { dotted, type Path } from "../anthropic/field-error.ts"

export type { Path }

/** `messages.0.content` as the API writes it: `messages[0].content`. */
export const paramOf = (field: string): string => field.replace(/\.(\d+)(?=\.|$)/g, "[$1]")

/** An error about one field, worded as the API words it. */
export const invalidField = (path: Path, problem: string): InvalidRequest =>
  new InvalidRequest(
    path.length === 0
      ? { message: `Invalid request body: ${problem}.` }
      : { message: `Invalid '${paramOf(dotted(path))}': ${problem}.`, field: dotted(path) }
  )

/** An error about a field that is not there. */
export const missingField = (path: Path): InvalidRequest =>
  new InvalidRequest({ message: `Missing required parameter: '${paramOf(dotted(path))}'.`, field: dotted(path) })

const typeProblems: Readonly<Record<string, string>> = {
  String: "expected a string",
  Number: "expected a number",
  Boolean: "expected a boolean",
  Arrays: "expected an array",
  Objects: "expected an object"
}

/** Stands for an absent field among the problems. */
const missing = "missing"

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
  if (first === undefined) return invalidField(path, "it is not valid")
  const place = [...path, ...(first.path ?? []).map(keyOf)]
  return first.message === missing ? missingField(place) : invalidField(place, first.message)
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
