import type { Json } from "./change.ts"

/** Where a text is not what it should be, 1-based. */
export interface TextProblem {
  readonly line: number
  readonly column: number
  readonly problem: string
}

/** A kind of settings file, edited in place: all of a text but the changed value is as it was, byte for byte. */
export interface SettingsFormat {
  readonly name: "JSON" | "TOML"
  /** A file without settings. */
  readonly empty: string
  /** Why a text is not of this kind; undefined where it is. */
  readonly problemOf: (text: string) => TextProblem | undefined
  readonly valueAt: (text: string, path: ReadonlyArray<string>) => Json | undefined
  /** The text with another value; `undefined` as value takes it away. Undefined where that cannot be done without touching more. */
  readonly withValue: (text: string, path: ReadonlyArray<string>, value: Json | undefined) => string | undefined
}

/** The value at a path in plain data. */
export const valueIn = (data: Json | undefined, path: ReadonlyArray<string>): Json | undefined => {
  let at = data
  for (const key of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined
    at = Reflect.get(at, key)
  }
  return at
}
