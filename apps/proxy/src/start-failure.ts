import { Data } from "effect"

/** Why the program cannot start, as a person reads it. Exit code 2 means it was called wrongly. */
export class StartFailure extends Data.TaggedError("StartFailure")<{
  readonly message: string
  readonly exitCode: 1 | 2
}> {}
