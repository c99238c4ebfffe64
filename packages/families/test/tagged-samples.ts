import { hermes, prompted } from "../src/index.ts"
import { tags } from "./reading.ts"
import type { FamilySample } from "./samples.ts"

const shared = {
  markers: tags,
  fragments: [
    ...tags,
    '{"name": "f", "arguments": {"a": "b"}}',
    '{"name": "g", "arguments": {}}',
    '[{"name": "f"}, 1]',
    '{"name": "f", "arguments": {"a": "<tool_call></tool_call></think>"}}',
    '{"name": "f", "arguments": {"a": "',
    '"}}',
    '<tool_call>{\\"',
    "[["
  ],
  talk: [
    "Write `<tool_call>` and `</tool_call>` around it.",
    'A call looks like `<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>`.',
    "First comes <tool_call>, then a name.",
    'Use {"name": "f", "arguments": {}} to call it.',
    'The name is `f`:\n```json\n{"name": "f", "arguments": {}}\n```',
    '{"name": "nobody", "arguments": {}}'
  ],
  cutOff: '<tool_call>\n{"name": "f", "arguments": {}}'
}

/** Families that put JSON between two tags. */
export const taggedSamples: ReadonlyArray<FamilySample> = [
  { ...shared, family: hermes, templates: ["{{ '<tool_call>\\n{\"name\": \"' + tool_call.name + '\"' }}"] },
  { ...shared, family: prompted, templates: ["{{ message.content }}"] }
]
