import type { GenerationEvent } from "@pensieve/models"
import type fc from "fast-check"
import { anyEvents as anyOrder, orderlyEvents as goodOrder } from "../arbitrary-events.ts"

/** Calls by the names models see: `Read` stands in a namespace. */
const flattened = (event: GenerationEvent): GenerationEvent =>
  (event.type === "tool-call" || event.type === "tool-call-start") && event.name === "Read"
    ? { ...event, name: "files__Read" }
    : event

/** Every second call of `Bash` as a model writes it that keeps to the schema it was shown. */
const withText = (event: GenerationEvent, at: number): GenerationEvent =>
  event.type === "tool-call" && event.name === "Bash" && at % 2 === 0
    ? { ...event, input: { input: `text ${at}\n` } }
    : event

const adapt = (events: ReadonlyArray<GenerationEvent>) => events.map(flattened).map(withText)

/** Events in any order, ends in the middle included. */
export const anyEvents: fc.Arbitrary<ReadonlyArray<GenerationEvent>> = anyOrder.map(adapt)

/** What a well-behaved backend says. */
export const orderlyEvents: fc.Arbitrary<ReadonlyArray<GenerationEvent>> = goodOrder.map(adapt)
