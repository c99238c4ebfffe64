import type { InvalidRequest } from "@pensieve/errors"
import { isJsonObject } from "@pensieve/models"
import { Result, Schema, SchemaIssue } from "effect"
import type { Path } from "./path.ts"

/** How an API words that a field is wrong. */
export interface FieldWording {
  readonly invalid: (path: Path, problem: string) => InvalidRequest
  readonly missing: (path: Path) => InvalidRequest
  /** The problem of a value of another type, by the type that is wanted. */
  readonly types: Readonly<Record<"String" | "Number" | "Boolean" | "Arrays" | "Objects", string>>
  /** The problem where nothing more precise is known. */
  readonly unreadable: string
}

/** Stands for an absent field among the problems. */
const missing = "missing"

const keyOf = (segment: PropertyKey | { readonly key: PropertyKey }): PropertyKey =>
  typeof segment === "object" ? segment.key : segment

const isAbsent = (field: unknown): boolean => field === null || field === undefined

/** An object without the fields that are null: the APIs take null for absent. */
const withoutNulls = (value: unknown): unknown => {
  if (!isJsonObject(value) || !Object.values(value).some(isAbsent)) return value
  return Object.fromEntries(Object.entries(value).filter(([, field]) => !isAbsent(field)))
}

/**
 * Makes decoders from Schemas. Their errors name the field from the request's root, in the API's words; null fields count as
 * absent.
 */
export const makeFieldDecoder = (wording: FieldWording) => {
  const typeProblems: Readonly<Record<string, string>> = wording.types
  const format = SchemaIssue.makeFormatterStandardSchemaV1({
    leafHook: (issue) => {
      if (issue._tag === "MissingKey") return missing
      const own = issue._tag === "InvalidType" ? typeProblems[issue.ast._tag] : undefined
      return own ?? SchemaIssue.defaultLeafHook(issue)
    }
  })
  const firstProblem = (error: Schema.SchemaError, path: Path): InvalidRequest => {
    const [first] = format(error.issue).issues
    if (first === undefined) return wording.invalid(path, wording.unreadable)
    const place = [...path, ...(first.path ?? []).map(keyOf)]
    return first.message === missing ? wording.missing(place) : wording.invalid(place, first.message)
  }
  return <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
    const decode = Schema.decodeUnknownResult(schema)
    return (value: unknown, path: Path): Result.Result<S["Type"], InvalidRequest> =>
      Result.mapError(decode(withoutNulls(value)), (error) => firstProblem(error, path))
  }
}
