import { InvalidRequest, PromptTooLong } from "@pensieve/errors"

/** How one server says that a request does not fit its window. */
interface Wording {
  readonly server: string
  /** Groups `prompt`, `window`, `answer`: tokens, where the server tells them. */
  readonly pattern: RegExp
}

/**
 * The wordings of servers seen in the wild; more precise ones first.
 *
 * @see gateways measured, section 3
 */
const wordings: ReadonlyArray<Wording> = [
  {
    server: "llama.cpp",
    pattern: /request \((?<prompt>\d+) tokens\) exceeds the available context size \((?<window>\d+) tokens\)/i
  },
  { server: "llama.cpp without numbers", pattern: /exceeds the available context size/i },
  {
    server: "vLLM new",
    pattern:
      /passed (?<prompt>\d+) input tokens and requested (?<answer>\d+) output tokens.*context length is only (?<window>\d+)/i
  },
  {
    server: "vLLM, bound too large",
    pattern:
      /too large: (?<answer>\d+).*maximum context length is (?<window>\d+) tokens and your request has (?<prompt>\d+) input tokens/i
  },
  {
    server: "vLLM old, OpenAI with a bound",
    pattern:
      /maximum context length is (?<window>\d+) tokens.*requested \d+ tokens \((?<prompt>\d+) (?:in|of|from) [^,;]*[,;] (?<answer>\d+) (?:in|for)/i
  },
  {
    server: "SGLang, total",
    pattern:
      /maximum context length of (?<window>\d+) tokens.*?(?<prompt>\d+) tokens from the input messages and (?<answer>\d+) tokens/i
  },
  {
    server: "vLLM with a least count",
    pattern: /maximum context length is (?<window>\d+) tokens.*contains at least (?<prompt>\d+) input tokens/i
  },
  {
    server: "OpenAI",
    pattern:
      /maximum context length is (?<window>\d+) tokens.*(?:resulted in|requested|has|contains) (?<prompt>\d+) (?:input )?tokens/i
  },
  {
    server: "vLLM engine",
    pattern: /prompt \((?:total )?length (?<prompt>\d+)\) is longer than the maximum model length of (?<window>\d+)/i
  },
  {
    server: "SGLang",
    pattern: /input \((?<prompt>\d+) tokens\) is longer than the model'?s context length \((?<window>\d+) tokens\)/i
  },
  {
    server: "LM Studio",
    pattern: /keep the first (?<prompt>\d+) tokens.*context length of only (?<window>\d+) tokens/i
  },
  { server: "LM Studio, n_keep", pattern: /n_keep: (?<prompt>\d+)\s*>=\s*n_ctx: (?<window>\d+)/i },
  {
    server: "LM Studio without numbers",
    pattern: /tokens to keep from the initial prompt is greater than the context length/i
  },
  { server: "MLX", pattern: /prompt(?: is)? too long: (?<prompt>\d+) tokens (?:exceeds|>)[^\d]*(?<window>\d+)/i },
  {
    server: "Anthropic, bound too large",
    pattern: /input length and `max_tokens` exceed context limit: (?<prompt>\d+) \+ (?<answer>\d+) > (?<window>\d+)/i
  },
  { server: "Bedrock", pattern: /input is too long for requested model/i },
  { server: "ds4", pattern: /prompt tokens \((?<prompt>\d+)\) exceeds? context size \((?<window>\d+)\)/i },
  {
    server: "text-generation-inference",
    pattern: /must be <= (?<window>\d+)\. Given: (?<prompt>\d+) `inputs` tokens and (?<answer>\d+)/i
  },
  {
    server: "llama-cpp-python",
    pattern: /requested tokens \((?<prompt>\d+)\) exceed context window of (?<window>\d+)/i
  },
  { server: "GLM", pattern: /input tokens \((?<prompt>\d+)\) has exceeded max_prompt_tokens \((?<window>\d+)\)/i },
  {
    server: "MLX without numbers",
    pattern: /context size has been exceeded|prompt exceeds (?:the )?maximum context length/i
  },
  {
    server: "Ollama",
    pattern: /exceed(?:s|ed) (?:the |max )?context length|prompt is longer than the context length currently available/i
  },
  { server: "OpenAI without numbers", pattern: /exceeds the context window of this model|context_length_exceeded/i }
]

const count = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))

/** The tokens an error names beside its words, as llama.cpp does. */
export interface OverflowNumbers {
  readonly promptTokens?: number
  readonly window?: number
}

/** Claude Code reads these words and lowers `max_tokens`. */
const answerTooLong = (prompt: number, answer: number, window: number): InvalidRequest =>
  new InvalidRequest({
    message: `input length and \`max_tokens\` exceed context limit: ${prompt} + ${answer} > ${window}, decrease input length or \`max_tokens\` and try again`,
    field: "max_tokens"
  })

/**
 * An upstream's message that says the request does not fit, as an error in words clients understand; undefined for any other
 * message. Without numbers it is an `InvalidRequest` whose beginning Claude Code knows and answers by compacting.
 *
 * @see wire contract, section 5, wordings
 */
export const overflowError = (
  message: string,
  numbers: OverflowNumbers = {}
): PromptTooLong | InvalidRequest | undefined => {
  const text = message.replace(/(\d),(?=\d{3}\b)/g, "$1").replace(/\s+/g, " ")
  for (const { pattern } of wordings) {
    const match = pattern.exec(text)
    if (match === null) continue
    const prompt = numbers.promptTokens ?? count(match.groups?.prompt)
    const window = numbers.window ?? count(match.groups?.window)
    const answer = count(match.groups?.answer)
    if (prompt === undefined || window === undefined) {
      return new InvalidRequest({ message: `Input is too long for requested model. The upstream says: ${message}` })
    }
    return prompt < window && answer !== undefined
      ? answerTooLong(prompt, answer, window)
      : new PromptTooLong({ promptTokens: prompt, window })
  }
  return undefined
}
