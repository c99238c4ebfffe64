import {
  type Json,
  type JsonObject,
  type OpenaiTokenLogprob,
  type TokenChance,
  type TokenLogprob
} from "@pensieve/models"
import { objectsIn } from "./read-json.ts"

const utf8 = new TextEncoder()

const isByte = (value: Json): value is number => typeof value === "number" && Number.isInteger(value)

/** Servers that tell no bytes leave those of the token's text. */
const bytesOf = (value: Json | undefined, token: string): ReadonlyArray<number> =>
  Array.isArray(value) && value.every(isByte) ? value : [...utf8.encode(token)]

const chanceIn = ({ token, logprob, bytes }: JsonObject): ReadonlyArray<TokenChance> =>
  typeof token === "string" && typeof logprob === "number" ? [{ token, logprob, bytes: bytesOf(bytes, token) }] : []

/** The tokens that an upstream tells the chances of; what does not say both token and chance is left out. */
export const readLogprobs = (value: Json | undefined): ReadonlyArray<TokenLogprob> =>
  objectsIn(value).flatMap((entry) =>
    chanceIn(entry).map((chance) => ({
      ...chance,
      alternatives: objectsIn(entry.top_logprobs).flatMap(chanceIn)
    }))
  )

/** Tokens and their chances as OpenAI's APIs write them. */
export const wireLogprobs = (tokens: ReadonlyArray<TokenLogprob>): ReadonlyArray<OpenaiTokenLogprob> =>
  tokens.map(({ alternatives, ...chance }) => ({ ...chance, top_logprobs: alternatives }))
