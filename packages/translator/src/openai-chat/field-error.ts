import { InvalidRequest } from "@pensieve/errors"
import { makeFieldDecoder } from "../field-decoder.ts"
import { dotted, type Path } from "../path.ts"

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

/** A decoder whose errors name the field from the request's root. Null fields count as absent. */
export const decoderOf = makeFieldDecoder({
  invalid: invalidField,
  missing: missingField,
  types: {
    String: "expected a string",
    Number: "expected a number",
    Boolean: "expected a boolean",
    Arrays: "expected an array",
    Objects: "expected an object"
  },
  unreadable: "it is not valid"
})
