import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { places } from "./places.ts"
import { tinyModel } from "./tiny-model.ts"

/** What makes a tiny model one of a family: its template, and what its tokens are called. */
export interface Dress {
  readonly family: string
  /** Name of the template in the engine's tests. */
  readonly template: string
  /** New letters of the tiny model's own added tokens. */
  readonly tokens: Readonly<Record<string, string>>
  /** Tokens that end a turn. */
  readonly ends: ReadonlyArray<string>
  /** What the template's prompt ends with, where it opens the model's thinking. */
  readonly opens?: string
}

/** Four families that differ in all that a grammar and a client's session have to do with. */
export const dresses: ReadonlyArray<Dress> = [
  { family: "hermes", template: "qwen", tokens: {}, ends: ["<|im_end|>"] },
  { family: "qwen3_coder", template: "qwen_coder", tokens: {}, ends: ["<|im_end|>"] },
  {
    family: "llama3_json",
    template: "llama3",
    tokens: {
      "<|endoftext|>": "<|begin_of_text|>",
      "<|im_start|>": "<|start_header_id|>",
      "<|im_end|>": "<|eot_id|>",
      "<think>": "<|python_tag|>",
      "</think>": "<|eom_id|>",
      "<tool_call>": "<|end_header_id|>",
      "</tool_call>": "<|reserved_1|>",
      "<tool_response>": "<|reserved_2|>",
      "</tool_response>": "<|reserved_3|>"
    },
    ends: ["<|eot_id|>", "<|eom_id|>"]
  },
  {
    family: "harmony",
    template: "harmony",
    tokens: {
      "<|im_start|>": "<|start|>",
      "<|im_end|>": "<|return|>",
      "<think>": "<|channel|>",
      "</think>": "<|constrain|>",
      "<tool_call>": "<|message|>",
      "</tool_call>": "<|end|>",
      "<tool_response>": "<|call|>",
      "</tool_response>": "<|reserved|>"
    },
    ends: ["<|return|>", "<|call|>"]
  }
]

interface AddedToken {
  readonly id: number
  readonly content: string
}

const readJson = (path: string) => JSON.parse(readFileSync(path, "utf8"))

/** A folder with random weights that looks like a model of a family. The caller removes it. */
export const dressedModel = async ({ template, tokens, ends, opens = "" }: Dress): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "pensieve-dressed-"))
  cpSync(await tinyModel("long"), folder, { recursive: true })
  const edit = (name: string, change: (value: Record<string, unknown>) => Record<string, unknown>) => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(change(readJson(path))))
  }
  const letters = (token: unknown) => (typeof token === "string" ? (tokens[token] ?? token) : token)
  const added: ReadonlyArray<AddedToken> = readJson(join(folder, "tokenizer.json")).added_tokens
  const renamed = added.map((token) => ({ ...token, content: tokens[token.content] ?? token.content }))
  const chatTemplate = readFileSync(join(places.bridge, "tests/templates", `${template}.jinja`), "utf8")
  edit("tokenizer.json", (tokenizer) => ({ ...tokenizer, added_tokens: renamed }))
  edit("tokenizer_config.json", (config) => ({
    ...config,
    bos_token: letters(config["bos_token"]),
    pad_token: letters(config["pad_token"]),
    eos_token: ends[0],
    chat_template: `${chatTemplate}{%- if add_generation_prompt %}{{- ${JSON.stringify(opens)} }}{%- endif %}`
  }))
  const endIds = renamed.filter(({ content }) => ends.includes(content)).map(({ id }) => id)
  edit("config.json", (config) => ({ ...config, eos_token_id: endIds }))
  return folder
}
