import type { JsonObject, Notice } from "@pensieve/models"
import { dotted, type Path } from "./path.ts"

/** Notices of the request that is being decoded, in the order found, each by its code and message. */
export type Notices = Map<string, Notice>

/** Adds a notice. The same one about another place is kept once, with the first place. */
export const note = (notices: Notices, code: string, message: string, path: Path): void => {
  const key = `${code} ${message}`
  if (!notices.has(key)) notices.set(key, { code, message, field: dotted(path) })
}

/** Notes every field of an object that is not among the known ones and has a value. */
export const noteUnknownFields = (
  notices: Notices,
  object: JsonObject,
  known: ReadonlySet<string>,
  what: string,
  path: Path
): void => {
  for (const field of Object.keys(object)) {
    if (known.has(field) || object[field] === null) continue
    note(notices, "field-ignored", `The field "${field}" of ${what} has no effect here.`, [...path, field])
  }
}
