import { InvalidRequest } from "@pensieve/errors"
import { makeFieldDecoder } from "../field-decoder.ts"
import type { Path } from "../path.ts"

/** `input[0].content[1].text`, as the API names the place of a fault. */
const paramOf = (path: Path): string =>
  path.map((key, at) => (typeof key === "number" ? `[${key}]` : `${at === 0 ? "" : "."}${String(key)}`)).join("")

/** An error about one field: which it is, what is wrong with it, and what to do. */
export const invalidField = (path: Path, problem: string): InvalidRequest =>
  new InvalidRequest(
    path.length === 0
      ? { message: `${problem}.` }
      : { message: `Invalid '${paramOf(path)}': ${problem}.`, field: paramOf(path) }
  )

/** A decoder whose errors name the field from the request's root. Null fields count as absent. */
export const decoderOf = makeFieldDecoder({
  invalid: invalidField,
  missing: (path) => invalidField(path, "it is required"),
  types: {
    String: "should be a string",
    Number: "should be a number",
    Boolean: "should be true or false",
    Arrays: "should be an array",
    Objects: "should be an object"
  },
  unreadable: "it cannot be read"
})
