import { setFlagsFromString } from "node:v8"

/** Runs after which a function that takes time is compiled for speed; 400 by default. */
const runs = 40
/** The first major version of V8 whose names of these settings are known: that of Node 24. An older one would complain of them on stderr. */
const known = 13

/**
 * Has what runs often compiled soon. A proxy at one's own machine answers some dozens of requests, and V8 is made for programs that run
 * everything thousands of times: most of what is between a request and its first byte would be interpreted for as long as it lives.
 */
export const compileEarly = (): void => {
  if (Number.parseInt(process.versions.v8, 10) < known) return
  setFlagsFromString("--no-lazy-feedback-allocation")
  setFlagsFromString(`--invocation-count-for-maglev=${runs}`)
}
