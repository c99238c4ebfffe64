import fc from "fast-check"

/** Settings of a stream. */
export const someOptions = fc.record({
  id: fc.constant("msg_1"),
  model: fc.constant("claude-local"),
  display: fc.constantFrom("full" as const, "omitted" as const),
  estimatedTokens: fc.boolean(),
  toolIds: fc.constantFrom<ReadonlyArray<string>>([], ["toolu_1"], ["toolu_1", "toolu_1_2"])
})
