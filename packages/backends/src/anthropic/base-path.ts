/** Paths that people copy together with the address. */
const endpoint = /(?:\/v1)?(?:\/messages)?$/

/** The path before `/v1/…` under an address; `/v1` is optional. */
export const basePath = (path: string): string => path.replace(/\/+$/, "").replace(endpoint, "").replace(/\/+$/, "")
