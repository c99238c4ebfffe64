import type { BackendError } from "@pensieve/errors"
import { Effect } from "effect"
import type { Candidate } from "./candidates.ts"

/** Says that a request goes on to another backend. */
export const logNext = ({ member }: Candidate, error: BackendError): Effect.Effect<void> =>
  Effect.logWarning("a backend failed before its first word; the next one is asked").pipe(
    Effect.annotateLogs({ backend: member.name, why: error.message })
  )
