import { assert, describe, it } from "vitest"
import { errorMessagesIn } from "../src/error-messages.ts"

const messages = (source: string) => errorMessagesIn(source, ["Gone"]).map(({ message }) => message)

describe("reading messages from sources", () => {
  it("finds texts, and puts a gap where something is filled in", () => {
    assert.deepEqual(messages('new Gone({ message: "The door is shut." })'), ["The door is shut."])
    assert.deepEqual(messages("new Gone({ port, message: `Port ${port.toFixed(`}`)} is taken.` })"), [
      "Port … is taken."
    ])
  })

  it("finds each text that an expression may choose", () => {
    assert.deepEqual(
      messages('new Gone({ message: kind === "door" ? "It is shut." : `The door is ${how}.`, code: "none" })'),
      ["It is shut.", "The door is …."]
    )
  })

  it("finds the texts that are given to a short name", () => {
    const source = 'const gone = (message: string) => new Gone({ message, code: 1 })\n gone("The door is shut.")'
    assert.deepEqual(messages(source), ["The door is shut."])
  })

  it("passes over messages from elsewhere, and other classes", () => {
    assert.deepEqual(messages('new Gone({ message }); new Other({ message: "The door is shut." })'), [])
    assert.deepEqual(messages('new Gone({ message: text.toString("utf8") })'), [])
  })
})
