import type { Family, ModelFacts } from "./family.ts"
import { hermes } from "./hermes.ts"
import { qwen3Coder } from "./qwen3-coder.ts"
import { prompted } from "./prompted.ts"

/** All families, in the order in which they are asked. The last one takes every model. */
export const families: ReadonlyArray<Family> = [qwen3Coder, hermes, prompted]

/** The family of a model, from its template and vocabulary, never from its name. */
export const detectFamily = (facts: ModelFacts): Family => families.find((family) => family.detect(facts)) ?? prompted

/** The family of this name; undefined where there is none. */
export const familyNamed = (name: string): Family | undefined => families.find((family) => family.name === name)
