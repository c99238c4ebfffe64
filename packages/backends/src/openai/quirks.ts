import type { Quirk } from "./quirk.ts"
import { llamaCpp } from "./quirks/llama-cpp.ts"
import { lmStudio } from "./quirks/lm-studio.ts"
import { mlxLm } from "./quirks/mlx-lm.ts"
import { ollama } from "./quirks/ollama.ts"
import { openai } from "./quirks/openai.ts"
import { vllmMlx } from "./quirks/vllm-mlx.ts"
import { vllm } from "./quirks/vllm.ts"

/** The servers that are known. Whatever is none of them is taken as it is, and learns from refusals. */
export const quirks: ReadonlyArray<Quirk> = [llamaCpp, lmStudio, ollama, vllm, vllmMlx, mlxLm, openai]
