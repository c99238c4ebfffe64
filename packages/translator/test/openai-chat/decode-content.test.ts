import { assert, describe, it } from "@effect/vitest"
import { codes, decoded, partsOf, refusal } from "./decoded.ts"

const inMessage = (part: unknown) => ({ messages: [{ role: "user", content: [part] }] })

describe("content parts", () => {
  it("of images keep where the bytes are", () => {
    assert.deepStrictEqual(partsOf([{ type: "image_url", image_url: { url: "data:image/jpeg;base64,AAAA" } }]), [
      { type: "image", source: { kind: "base64", mediaType: "image/jpeg", data: "AAAA" } }
    ])
    assert.deepStrictEqual(partsOf([{ type: "image_url", image_url: { url: "https://x.example/a.png" } }]), [
      { type: "image", source: { kind: "url", url: "https://x.example/a.png" } }
    ])
    assert.deepStrictEqual(partsOf([{ type: "image_url", image_url: "data:;base64,AA" }]), [
      { type: "image", source: { kind: "base64", mediaType: "image/png", data: "AA" } }
    ])
  })

  it("of images say that their resolution is the model's", () => {
    const image = (detail: string) => inMessage({ type: "image_url", image_url: { url: "http://x", detail } })
    assert.deepStrictEqual(codes(decoded(image("high"))), ["image-detail-ignored"])
    assert.deepStrictEqual(codes(decoded(image("auto"))), [])
  })

  it("of files are documents", () => {
    assert.deepStrictEqual(
      partsOf([{ type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBE" } }]),
      [{ type: "document", source: { kind: "base64", mediaType: "application/pdf", data: "JVBE" }, title: "a.pdf" }]
    )
    assert.deepStrictEqual(partsOf([{ type: "file", file: { file_id: "f" } }]), [
      { type: "document", source: { kind: "file", id: "f" } }
    ])
  })

  it("that no model reads stay as they came", () => {
    const audio = { type: "input_audio", input_audio: { data: "AA", format: "wav" } }
    const conversation = decoded(inMessage(audio))
    assert.deepStrictEqual(conversation.turns[0]?.parts, [{ type: "opaque", wireType: "input_audio", value: audio }])
    assert.deepStrictEqual(codes(conversation), ["part-opaque"])
  })

  it.each([
    [7, "messages.0.content.0"],
    [{}, "messages.0.content.0.type"],
    [{ type: "text" }, "messages.0.content.0.text"],
    [{ type: "image_url" }, "messages.0.content.0.image_url"],
    [{ type: "file", file: 1 }, "messages.0.content.0.file"]
  ])("of a wrong shape are refused by name: %j", (part, field) => {
    assert.strictEqual(refusal(inMessage(part))?.field, field)
  })
})
