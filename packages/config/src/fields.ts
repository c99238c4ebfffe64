import { Schema } from "effect"
import { isAddress } from "./upstream-address.ts"

/** A text with something in it. */
export const filled = Schema.String.check(Schema.isPattern(/\S/))

/** Tokens of a context window. */
export const tokens = Schema.Int.check(Schema.isBetween({ minimum: 256, maximum: 100_000_000 })).annotate({
  expected: "a whole number from 256 to 100000000"
})

/** Bits of a number in the cache of keys and values. */
export const kvBits = Schema.Int.check(Schema.makeFilter((bits: number) => bits === 4 || bits === 8)).annotate({
  expected: "4 or 8"
})

/** A file with a chat template. */
export const templateFile = filled.annotate({ expected: "the path of a file" })

/** Where an HTTP server is. */
export const address = Schema.String.check(Schema.makeFilter(isAddress)).annotate({
  expected: "the address of a server, such as http://localhost:1234"
})

/** The API that a server speaks. */
export const upstreamKind = Schema.Literals(["openai", "anthropic"])

/** Whose key a server gets. */
export const keySource = Schema.Literals(["environment", "client"])

/** Headers by name. */
export const headers = Schema.Record(
  Schema.String.check(Schema.isPattern(/^[\w!#$%&'*+.^`|~-]+$/)).annotate({ expected: "the name of a header" }),
  Schema.String.check(Schema.isPattern(/^[\t\x20-\x7e]*$/)).annotate({
    expected: "a text without line breaks",
    secret: true
  })
).annotate({ expected: "a mapping of names to texts", secret: true })

/** The name of a model of the configuration, of a backend, or `backend,model`. */
export const reference = filled.annotate({ expected: "a model, a backend, or backend,model" })
