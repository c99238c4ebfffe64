import { assert, describe, it } from "@effect/vitest"
import { opensThinking } from "../../src/openai/opens-thinking.ts"

describe("a template", () => {
  it.each([
    ["{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}", true],
    ["{%- if add_generation_prompt %}{{- '<think>\\n' }}{%- endif %}", true],
    [
      "{% if add_generation_prompt %}{% if enable_thinking is false %}{{ '<think>\\n\\n</think>\\n\\n' }}{% else %}{{ '<think>\\n' }}{% endif %}{% endif %}",
      true
    ],
    [
      "{% if add_generation_prompt %}<|im_start|>assistant\n{% if x %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}{% endif %}",
      false
    ],
    ["<think> in the past {% if add_generation_prompt %}assistant{% endif %}", false],
    ["no prompt at all", false]
  ])("%s", (template, opens) => {
    assert.strictEqual(opensThinking(template), opens)
  })
})
