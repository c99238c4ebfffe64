import { deepseekV3 } from "./deepseek-v3.ts"
import { deepseekV31 } from "./deepseek-v31.ts"
import { deepseekV32 } from "./deepseek-v32.ts"
import type { Family, ModelFacts } from "./family.ts"
import { hermes } from "./hermes.ts"
import { kimiK2 } from "./kimi-k2.ts"
import { llama3 } from "./llama3.ts"
import { minimaxM2 } from "./minimax-m2.ts"
import { mistralV11 } from "./mistral-v11.ts"
import { mistral } from "./mistral.ts"
import { prompted } from "./prompted.ts"
import { qwen3Coder } from "./qwen3-coder.ts"
import { seedOss } from "./seed-oss.ts"

/**
 * All families, in the order in which they are asked: a sign that only one family has before one that several share.
 * The last one takes every model.
 */
export const families: ReadonlyArray<Family> = [
  minimaxM2,
  seedOss,
  deepseekV32,
  deepseekV3,
  deepseekV31,
  qwen3Coder,
  kimiK2,
  mistralV11,
  mistral,
  hermes,
  llama3,
  prompted
]

/** The family of a model, from its template and vocabulary, never from its name. */
export const detectFamily = (facts: ModelFacts): Family => families.find((family) => family.detect(facts)) ?? prompted

/** The family of this name; undefined where there is none. */
export const familyNamed = (name: string): Family | undefined => families.find((family) => family.name === name)
