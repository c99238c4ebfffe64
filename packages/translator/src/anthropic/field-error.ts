import { InvalidRequest } from "@pensieve/errors"
import { makeFieldDecoder } from "../field-decoder.ts"
import { dotted, type Path } from "../path.ts"

/** An error about one field, worded as the API words it: path, colon, what is wrong. */
export const invalidField = (path: Path, problem: string): InvalidRequest =>
  new InvalidRequest(
    path.length === 0 ? { message: problem } : { message: `${dotted(path)}: ${problem}`, field: dotted(path) }
  )

/** A decoder whose errors name the field from the request's root. Null fields count as absent. */
export const decoderOf = makeFieldDecoder({
  invalid: invalidField,
  missing: (path) => invalidField(path, "Field required"),
  types: {
    String: "Input should be a valid string",
    Number: "Input should be a valid number",
    Boolean: "Input should be a valid boolean",
    Arrays: "Input should be a valid array",
    Objects: "Input should be a valid dictionary"
  },
  unreadable: "Input is invalid"
})
