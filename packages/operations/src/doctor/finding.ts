/** One thing that a doctor looked at. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly about: string
  /** `left-out`: it could not be looked at now. */
  readonly state: "good" | "doubtful" | "bad" | "left-out"
  /** What was found. */
  readonly found: string
  /** What to do about it. */
  readonly remedy?: string
}

/** All is well. */
export const good = (about: string, found: string): Finding => ({ about, state: "good", found })

/** It works, but not as it should. */
export const doubtful = (about: string, found: string, remedy: string): Finding => ({
  about,
  state: "doubtful",
  found,
  remedy
})

/** It does not work. */
export const bad = (about: string, found: string, remedy: string): Finding => ({ about, state: "bad", found, remedy })

/** It could not be looked at. */
export const leftOut = (about: string, found: string): Finding => ({ about, state: "left-out", found })
