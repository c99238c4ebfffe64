import { assert, describe, it } from "vitest"
import { remedyFor } from "../../../../scripts/bootstrap/failure.mjs"

const remedies: ReadonlyArray<readonly [string, string, RegExp]> = [
  ["npm without a network", "npm error code ENOTFOUND\nnpm error network request failed", /check the network/],
  ["pip without a network", "Failed to establish a new connection: NewConnectionError", /check the network/],
  ["uv without a network", "error: Request failed\n  Caused by: dns error: failed to lookup", /check the network/],
  ["a certificate nobody trusts", "npm error code SELF_SIGNED_CERT_IN_CHAIN", /NODE_EXTRA_CA_CERTS/],
  ["a full disk", "OSError: [Errno 28] No space left on device", /disk is full/],
  ["a folder of somebody else", "EACCES: permission denied, mkdir", /who owns this folder/],
  ["a package that this Python cannot have", "ERROR: No matching distribution found for mlx", /PENSIEVE_PYTHON/],
  ["a lock file left behind", "[ERR_PNPM_OUTDATED_LOCKFILE] Cannot install", /--no-frozen-lockfile/],
  ["a download that is not what it should be", "THESE PACKAGES DO NOT MATCH THE HASHES", /do not trust/],
  ["anything else", "Segmentation fault", /\/logs\/x\.log/]
]

describe("the remedy", () => {
  it.each(remedies)("for %s", (_name, output, remedy) => {
    assert.match(remedyFor(output, "/logs/x.log"), remedy)
  })
})
