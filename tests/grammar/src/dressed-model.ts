import { tinyModel } from "@pensieve/test-harness"
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** What makes a tiny model one of a family: its template, and what its tokens are called. */
export interface Dress {
  readonly family: string
  readonly template: string
  /** New letters of the tiny model's own added tokens. */
  readonly tokens: Readonly<Record<string, string>>
  /** Tokens that end a turn. */
  readonly ends: ReadonlyArray<string>
}

const turns = (begin: string, end: string): string =>
  `{%- for message in messages %}{{- '${begin}' + message.role + '\\n' + message.content + '${end}\\n' }}{%- endfor %}`

const chatml = `${turns("<|im_start|>", "<|im_end|>")}{{- '<|im_start|>assistant\\n' }}`

/** Four families that differ in all that a grammar has to know. */
export const dresses: ReadonlyArray<Dress> = [
  {
    family: "hermes",
    template: `{#- <tool_call>\\n{"name": tool_call.name, "arguments": … -#}{%- for tool in tools or [] %}{{- tool | tojson }}{%- endfor %}${chatml}`,
    tokens: {},
    ends: ["<|im_end|>"]
  },
  {
    family: "qwen3_coder",
    template: `{#- '<tool_call>\\n<function=' '<parameter=' -#}{%- for tool in tools or [] %}{{- tool | tojson }}{%- endfor %}${chatml}`,
    tokens: {},
    ends: ["<|im_end|>"]
  },
  {
    family: "llama3_json",
    template: `{#- {"name": …, "parameters": …} -#}{%- for tool in tools or [] %}{{- tool | tojson }}{%- endfor %}${turns("<|start_header_id|>", "<|eot_id|>")}{{- '<|start_header_id|>assistant\\n' }}`,
    tokens: {
      "<|im_start|>": "<|start_header_id|>",
      "<|im_end|>": "<|eot_id|>",
      "<think>": "<|python_tag|>",
      "</think>": "<|eom_id|>",
      "<tool_call>": "<|a|>",
      "</tool_call>": "<|b|>"
    },
    ends: ["<|eot_id|>", "<|eom_id|>"]
  },
  {
    family: "harmony",
    template: `{%- for tool in tools or [] %}{{- tool | tojson }}{%- endfor %}{%- for message in messages %}{{- '<|start|>' + message.role + '<|message|>' + message.content + '<|end|>' }}{%- endfor %}{{- '<|start|>assistant' }}`,
    tokens: {
      "<|im_start|>": "<|start|>",
      "<|im_end|>": "<|return|>",
      "<think>": "<|channel|>",
      "</think>": "<|constrain|>",
      "<tool_call>": "<|message|>",
      "</tool_call>": "<|end|>",
      "<tool_response>": "<|call|>"
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
export const dressedModel = async ({ template, tokens, ends }: Dress): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), "pensieve-dressed-"))
  cpSync(await tinyModel("long"), folder, { recursive: true })
  const edit = (name: string, change: (value: Record<string, unknown>) => Record<string, unknown>) => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(change(readJson(path))))
  }
  const added: ReadonlyArray<AddedToken> = readJson(join(folder, "tokenizer.json")).added_tokens
  const renamed = added.map((token) => ({ ...token, content: tokens[token.content] ?? token.content }))
  const [end = ""] = ends
  edit("tokenizer.json", (tokenizer) => ({ ...tokenizer, added_tokens: renamed }))
  edit("tokenizer_config.json", (config) => ({ ...config, eos_token: end, chat_template: template }))
  const endIds = renamed.filter(({ content }) => ends.includes(content)).map(({ id }) => id)
  edit("config.json", (config) => ({ ...config, eos_token_id: endIds }))
  return folder
}
