import { type Json, nestsDeeper } from "@pensieve/models"
import { Result } from "effect"

/** Deeper input is refused: what later walks over it would run out of stack. */
export const maximumDepth = 128

/** One whole JSON value, strictly. */
export const readJson = (text: string): Result.Result<Json, string> =>
  nestsDeeper(text, maximumDepth)
    ? Result.fail(`it is nested deeper than ${maximumDepth} levels`)
    : Result.try({
        try: (): Json => JSON.parse(text),
        // The engine's own message quotes the text, which does not belong in a log.
        catch: () => "it is not valid JSON"
      })
