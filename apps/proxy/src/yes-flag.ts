import { Flag } from "effect/cli"

/** For scripts: nobody is asked. */
export const yesFlag = Flag.Boolean("yes").pipe(
  Flag.withAlias("y"),
  Flag.withDescription("Do it without asking."),
  Flag.withDefault(false)
)
