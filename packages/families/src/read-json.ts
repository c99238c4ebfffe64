import type { Json } from "@pensieve/models"
import { Result } from "effect"

/** Deeper input is refused: what later walks over it would run out of stack. */
export const maximumDepth = 128

/** One whole JSON value, strictly. */
export const readJson = (text: string): Result.Result<Json, string> => {
  const read = Result.try({
    try: (): Json => JSON.parse(text),
    // The engine's own message quotes the text, which does not belong in a log.
    catch: () => "it is not valid JSON"
  })
  return Result.isSuccess(read) && isDeeper(read.success, maximumDepth)
    ? Result.fail(`it is nested deeper than ${maximumDepth} levels`)
    : read
}

const isDeeper = (value: Json, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((part: Json) => isDeeper(part, levels - 1)))
