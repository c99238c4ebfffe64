import { type StreamOptions, streamOptions } from "@pensieve/translator/openai-responses"
import fc from "fast-check"
import { decoded } from "./decoded.ts"

/** `Bash` takes free text, `Read` stands in a namespace, `Plain` is a function. */
export const someTools = [
  { type: "custom", name: "Bash", description: "d" },
  { type: "namespace", name: "files", description: "d", tools: [{ type: "function", name: "Read", parameters: {} }] },
  { type: "function", name: "Plain", parameters: { type: "object" } }
]

/** The settings of an answer to a request with these fields. */
export const optionsOf = (fields: object): StreamOptions => streamOptions(decoded(fields), "resp_1", 1_700_000_000)

/** Settings of a stream. */
export const someOptions: fc.Arbitrary<StreamOptions> = fc
  .record({
    summary: fc.constantFrom("auto", null),
    include: fc.subarray(["reasoning.encrypted_content", "message.output_text.logprobs"]),
    tools: fc.constantFrom([], someTools),
    toolIds: fc.constantFrom<ReadonlyArray<string>>([], ["toolu_1"], ["toolu_1", "toolu_1_2"])
  })
  .map(({ summary, include, tools, toolIds }) => ({
    ...optionsOf({ reasoning: { summary }, include, tools }),
    toolIds
  }))
