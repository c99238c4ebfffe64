/** What stands where a key stood. */
const mask = "[key]"

/** Keys of services that an error page may show: `sk-…`, also with its middle starred out, and what follows `Bearer`. */
const keyLike = /\b(?:sk|pk|rk|gsk|hf|xai|nvapi)[-_][\w*.…-]{6,}|\bBearer\s+[\w.~+/*-]{6,}=*/gi

/** A text of an upstream without the keys in it: those given, and whatever looks like one. */
export const redactKeys = (text: string, keys: ReadonlyArray<string>): string =>
  keys
    .filter((key) => key !== "")
    .reduce((clean, key) => clean.replaceAll(key, mask), text)
    .replace(keyLike, mask)
