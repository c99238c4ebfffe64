import { commandR } from "./command-r.ts"
import { deepseekV3 } from "./deepseek-v3.ts"
import { deepseekV31 } from "./deepseek-v31.ts"
import { deepseekV32 } from "./deepseek-v32.ts"
import type { Family, ModelFacts } from "./family.ts"
import { functionaryV32 } from "./functionary-v32.ts"
import { functionary } from "./functionary.ts"
import { functionGemma } from "./functiongemma.ts"
import { gemma4 } from "./gemma4.ts"
import { glm } from "./glm.ts"
import { granite } from "./granite.ts"
import { harmony } from "./harmony.ts"
import { hermes } from "./hermes.ts"
import { kimiK2 } from "./kimi-k2.ts"
import { lfm2 } from "./lfm2.ts"
import { llama3 } from "./llama3.ts"
import { llama4 } from "./llama4.ts"
import { longcat } from "./longcat.ts"
import { minimaxM2 } from "./minimax-m2.ts"
import { mistralV11 } from "./mistral-v11.ts"
import { mistral } from "./mistral.ts"
import { nemotron } from "./nemotron.ts"
import { olmo3 } from "./olmo3.ts"
import { phi4 } from "./phi4.ts"
import { prompted } from "./prompted.ts"
import { qwen3Coder } from "./qwen3-coder.ts"
import { seedOss } from "./seed-oss.ts"
import { step3 } from "./step3.ts"
import { xlam } from "./xlam.ts"

/**
 * All families, in the order in which they are asked: a sign that only one family has before one that several share.
 * The last one takes every model.
 */
export const families: ReadonlyArray<Family> = [
  minimaxM2,
  xlam,
  gemma4,
  functionGemma,
  longcat,
  glm,
  seedOss,
  step3,
  deepseekV32,
  deepseekV3,
  deepseekV31,
  lfm2,
  harmony,
  qwen3Coder,
  kimiK2,
  mistralV11,
  mistral,
  commandR,
  nemotron,
  olmo3,
  granite,
  phi4,
  functionary,
  functionaryV32,
  hermes,
  llama4,
  llama3,
  prompted
]

/** The family of a model, from its template and vocabulary, never from its name. */
export const detectFamily = (facts: ModelFacts): Family => families.find((family) => family.detect(facts)) ?? prompted

/** The family of this name; undefined where there is none. */
export const familyNamed = (name: string): Family | undefined => families.find((family) => family.name === name)
