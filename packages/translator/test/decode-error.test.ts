import { assert, describe, it } from "@effect/vitest"
import { type BackendError, InvalidRequest, PromptTooLong } from "@pensieve/errors"
import { decodeError } from "@pensieve/translator/openai-chat"

const body = (message: string) => JSON.stringify({ error: { message } })

const tooLong = (promptTokens: number, window: number): BackendError => new PromptTooLong({ promptTokens, window })

describe("a prompt that is too long", () => {
  it.each([
    [
      "llama.cpp",
      "request (40000 tokens) exceeds the available context size (32768 tokens), try increasing it",
      40000,
      32768
    ],
    [
      "vLLM new",
      "You passed 40001 input tokens and requested 100 output tokens. However, the model's context length is only 32768 tokens, resulting in a maximum input length of 32668 tokens. Please reduce the length of the input prompt.",
      40001,
      32768
    ],
    [
      "vLLM old",
      "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens (112946 in the messages, 10000 in the completion). Please reduce the length of the messages or completion.",
      112946,
      16384
    ],
    [
      "vLLM with a least count",
      "This model's maximum context length is 4096 tokens. However, you requested 50 output tokens and your prompt contains at least 4047 input tokens, for a total of at least 4097 tokens.",
      4047,
      4096
    ],
    [
      "vLLM engine",
      "The decoder prompt (length 40000) is longer than the maximum model length of 32768. Make sure that `max_model_len` is no smaller",
      40000,
      32768
    ],
    [
      "LM Studio",
      "Trying to keep the first 15857 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.",
      15857,
      4096
    ],
    [
      "LM Studio, n_keep",
      "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 13055>= n_ctx: 4096). Try to load the model with a larger context length",
      13055,
      4096
    ],
    ["MLX", "Prompt too long: 41911 tokens exceeds max context window of 32768 tokens", 41911, 32768],
    [
      "OpenAI",
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130,001 tokens. Please reduce the length of the messages.",
      130001,
      128000
    ],
    ["SGLang", "The input (5000 tokens) is longer than the model's context length (4096 tokens).", 5000, 4096],
    ["ds4", "Prompt tokens (5000) exceeds context size (4096)", 5000, 4096],
    [
      "text-generation-inference",
      "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens and 100 `max_new_tokens`",
      5000,
      4096
    ],
    [
      "wrapped by a gateway",
      "litellm.ContextWindowExceededError: This model's maximum context length is 4096 tokens. However, your messages resulted in 5000 tokens.",
      5000,
      4096
    ]
  ])("in the words of %s is told with its numbers", (_, message, promptTokens, window) => {
    assert.deepStrictEqual(decodeError(400, body(message)), tooLong(promptTokens, window))
  })

  it("takes llama.cpp's numbers from beside its words", () => {
    const error = {
      code: 500,
      message:
        "the request exceeds the available context size. try increasing the context size or enable context shift",
      type: "exceed_context_size_error",
      n_prompt_tokens: 1407,
      n_ctx: 256
    }
    assert.deepStrictEqual(decodeError(500, JSON.stringify({ error })), tooLong(1407, 256))
    assert.deepStrictEqual(
      decodeError(500, JSON.stringify({ error: { ...error, message: "too much" } })),
      tooLong(1407, 256)
    )
  })

  it.each([
    "the request exceeds the available context size. try increasing the context size or enable context shift",
    "The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length",
    "Context size has been exceeded",
    "Prompt exceeds maximum context length",
    "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "the input length exceeds the context length",
    "the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the context length in settings, or use a model with a longer context length"
  ])("without numbers begins with words Claude Code knows: %s", (message) => {
    const error = decodeError(400, body(message))
    assert.instanceOf(error, InvalidRequest)
    assert.isTrue(error.message.startsWith("Input is too long for requested model"))
    assert.include(error.message, message)
  })

  it("is known by its code alone", () => {
    const error = decodeError(400, JSON.stringify({ error: { message: "no", code: "context_length_exceeded" } }))
    assert.isTrue(error.message.startsWith("Input is too long for requested model"))
  })
})

describe("an answer that would be too long", () => {
  it.each([
    "'max_tokens' or 'max_completion_tokens' is too large: 128000. This model's maximum context length is 32768 tokens and your request has 20000 input tokens (128000 > 32768 - 20000).",
    "This model's maximum context length is 32768 tokens. However, you requested 148000 tokens (20000 in the messages, 128000 in the completion). Please reduce the length of the messages or completion.",
    "You passed 20000 input tokens and requested 128000 output tokens. However, the model's context length is only 32768 tokens, resulting in a maximum input length of 0 tokens.",
    "Requested token count exceeds the model's maximum context length of 32768 tokens. You requested a total of 148000 tokens: 20000 tokens from the input messages and 128000 tokens for the completion."
  ])("is told in words that make Claude Code lower max_tokens: %s", (message) => {
    const error = decodeError(400, body(message))
    assert.instanceOf(error, InvalidRequest)
    assert.strictEqual(
      error.message,
      "input length and `max_tokens` exceed context limit: 20000 + 128000 > 32768, decrease input length or `max_tokens` and try again"
    )
  })
})

describe("other errors", () => {
  it.each([
    [400, "InvalidRequest"],
    [401, "AuthenticationFailed"],
    [402, "PaymentRequired"],
    [403, "PermissionDenied"],
    [404, "NotFound"],
    [408, "BackendTimeout"],
    [413, "RequestTooLarge"],
    [422, "InvalidRequest"],
    [429, "RateLimited"],
    [500, "BackendFailed"],
    [502, "BackendFailed"],
    [503, "BackendUnavailable"],
    [504, "BackendTimeout"],
    [529, "Overloaded"],
    [302, "BackendFailed"]
  ])("with status %i are %s", (status, tag) => {
    const error = decodeError(status, body("oops"))
    assert.strictEqual(error._tag, tag)
    assert.include(error.message, "oops")
  })

  it("say that the model is loading, and how long to wait", () => {
    const loading = decodeError(
      503,
      JSON.stringify({ error: { message: "Loading model", type: "unavailable_error", code: 503 } }),
      7
    )
    assert.deepInclude(loading, { _tag: "Overloaded", retryAfterSeconds: 7 })
    assert.deepInclude(decodeError(429, body("slow down"), 30), { _tag: "RateLimited", retryAfterSeconds: 30 })
  })

  it.each([
    ["", "status 500, without a message"],
    ["just words", "just words"],
    ['{"error": {"mess', "status 500, without a message"],
    ['{"error":"a string"}', "a string"],
    ['{"message":"flat"}', "flat"],
    ['{"detail":"Not found here"}', "Not found here"],
    ['{"detail":[{"loc":["body","n"],"msg":"must be 1"},{"msg":"and small"}]}', "must be 1; and small"],
    ["<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>", "502 Bad Gateway"],
    ["<!DOCTYPE html><body><p>Out of  order</p><script>x()</script></body>", "Out of order"],
    [
      'Traceback (most recent call last):\n  File "/srv/app.py", line 3, in f\n    g()\nValueError: no such model',
      "ValueError: no such model"
    ],
    ["it broke\n    at f (/srv/app.js:1:2)\n    at g (/srv/app.js:3:4)", "it broke"]
  ])("are told in one clean line: %j", (text, words) => {
    assert.strictEqual(decodeError(500, text).message, `The upstream failed: ${words}`)
  })

  it("are told at no greater length than a person reads", () => {
    assert.isBelow(decodeError(500, body("x".repeat(5000))).message.length, 600)
  })
})
