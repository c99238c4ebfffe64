import type { StreamOptions } from "@pensieve/translator/openai-chat"
import fc from "fast-check"

/** Settings of a stream. */
export const someOptions: fc.Arbitrary<
  StreamOptions & Required<Pick<StreamOptions, "includeUsage" | "display" | "toolIds">>
> = fc.record({
  id: fc.constant("chatcmpl-1"),
  model: fc.constant("local"),
  created: fc.constant(1_760_000_000),
  includeUsage: fc.boolean(),
  display: fc.constantFrom("full" as const, "omitted" as const),
  logprobs: fc.boolean(),
  toolIds: fc.constantFrom<ReadonlyArray<string>>([], ["toolu_1"], ["toolu_1", "toolu_1_2"])
})
