/** Paths that people copy together with the address. */
const endpoints = /\/(?:chat\/completions|completions|models|responses)$/

/** A path that ends in a version stands for itself: `/v1`, `/api/paas/v4`, `/v1beta/openai`. */
const versioned = /\/v\d+(?:beta|alpha)?(?:\/openai)?$/

/** Where the API may be under an address: `/v1` is optional. The likelier place comes first. */
export const basePaths = (path: string): readonly [string, ...ReadonlyArray<string>] => {
  const plain = path.replace(/\/+$/, "").replace(endpoints, "").replace(/\/+$/, "")
  return versioned.test(plain) ? [plain] : [`${plain}/v1`, plain]
}

/** The server's own root, under which its other endpoints are. */
export const rootOf = (base: string): string => base.replace(/\/v1$/, "")
