/** A value of a key that says it is a secret, in JSON or TOML; a number in the plural is a count. */
const secretValue =
  /("?[\w.]*(?:key|token|secret|password)[\w.]*"?\s*[:=]\s*")(?!(?<=tokens"?\s*[:=]\s*")\d+")((?:[^"\\]|\\.)+)(")/gi

/** A text for the screen, without the token and without what keys call secret. */
export const maskSecrets = (text: string, token: string): string =>
  text.replace(secretValue, "$1********$3").replaceAll(token, "********")
