import { Flag } from "effect/cli"

/** For programs: one JSON value on stdout. */
export const jsonFlag = Flag.Boolean("json").pipe(
  Flag.withDescription("Print JSON, for programs."),
  Flag.withDefault(false)
)
