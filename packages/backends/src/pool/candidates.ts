import type { Decision, Target } from "@pensieve/router"
import type { Member } from "./member.ts"

/** One place that may answer a request. */
export interface Candidate {
  readonly member: Member
  readonly target: Target
}

/** Places that answer the same; the stages of a request are tried in their order. */
export type Stage = readonly [Candidate, ...ReadonlyArray<Candidate>]

/**
 * Where a request may go. What a backend of this machine could answer does not go elsewhere, unless that is allowed.
 *
 * @param memberOf the backend of a name
 */
export const candidatesOf = (
  { stages }: Pick<Decision, "stages">,
  memberOf: (name: string) => Member | undefined,
  allowRemoteFallback: boolean
): ReadonlyArray<Stage> => {
  const all = stages.map((targets) =>
    targets.flatMap((target) => {
      const member = memberOf(target.backend)
      return member === undefined ? [] : [{ member, target }]
    })
  )
  const staysHere = !allowRemoteFallback && (all[0] ?? []).some(({ member }) => member.local)
  return filled(staysHere ? all.map((stage) => stage.filter(({ member }) => member.local)) : all)
}

/** The stages that somebody is left in. */
const filled = (stages: ReadonlyArray<ReadonlyArray<Candidate>>): ReadonlyArray<Stage> =>
  stages.flatMap(([first, ...others]) => (first === undefined ? [] : [[first, ...others] as const]))

/** The stage to try: the first with a backend that is well, else simply the first. */
export const nextStage = (stages: ReadonlyArray<Stage>, now: number): Stage | undefined =>
  stages.find((stage) => stage.some(({ member }) => member.usable(now))) ?? stages[0]

/** The stages with those candidates only that are wanted. */
export const those = (stages: ReadonlyArray<Stage>, wanted: (candidate: Candidate) => boolean): ReadonlyArray<Stage> =>
  filled(stages.map((stage) => stage.filter(wanted)))
