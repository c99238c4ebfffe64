import { Data } from "effect"

/** Why a command could not do what it was asked to, as a person reads it. Exit code 2 means it was called wrongly. */
export class CommandFailure extends Data.TaggedError("CommandFailure")<{
  readonly message: string
  readonly exitCode: 1 | 2
}> {}
