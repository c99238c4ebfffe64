import type { InvalidRequest } from "@pensieve/errors"
import { AnthropicBatchBody, isJsonObject, type JsonObject } from "@pensieve/models"
import { Result } from "effect"
import { decoderOf, invalidField } from "./field-error.ts"

/** One request of a batch: its name, and the body of a request for a message. */
export interface BatchedRequest {
  readonly customId: string
  readonly params: JsonObject
}

const decodeBody = decoderOf(AnthropicBatchBody)

/**
 * The body of `POST /v1/messages/batches`. Whether the requests themselves are good is told in their results, as the API does.
 *
 * @param body the parsed JSON
 */
export const decodeBatch = (body: unknown): Result.Result<ReadonlyArray<BatchedRequest>, InvalidRequest> =>
  Result.gen(function* () {
    if (!isJsonObject(body)) return yield* Result.fail(invalidField([], "The request body should be a JSON object"))
    const { requests } = yield* decodeBody(body, [])
    const seen = new Set<string>()
    for (const [index, { custom_id }] of requests.entries()) {
      if (seen.has(custom_id))
        return yield* Result.fail(
          invalidField(
            ["requests", index, "custom_id"],
            `"${custom_id}" is used twice; each must be unique in the batch`
          )
        )
      seen.add(custom_id)
    }
    return requests.map(({ custom_id, params }) => ({ customId: custom_id, params }))
  })
