/** Something the user can put right: what is wrong, and the remedy. Printed as one line, without a stack. */
export class Failure extends Error {
  /**
   * @param {string} what
   * @param {string} remedy
   */
  constructor(what, remedy) {
    super(`${what} ${remedy}`)
    this.name = "Failure"
  }
}

const causes = [
  // Before the network: uv calls a refused certificate an error of sending as well.
  {
    pattern:
      /SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|CERTIFICATE_VERIFY_FAILED|invalid peer certificate|unable to get local issuer/i,
    remedy:
      "The registry's certificate is not trusted: point NODE_EXTRA_CA_CERTS and SSL_CERT_FILE at your organisation's certificate file, then run the same command again."
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|NewConnectionError|NameResolutionError|ConnectTimeout|dns error|error sending request|Temporary failure in name resolution/i,
    remedy:
      "The package registry cannot be reached: check the network (and proxy settings), then run the same command again."
  },
  { pattern: /ENOSPC|No space left/i, remedy: "The disk is full: free about 2 GB, then run the same command again." },
  {
    pattern: /EACCES|EPERM|Permission denied/i,
    remedy:
      "A file could not be written: check who owns this folder and your home folder, then run the same command again."
  },
  {
    pattern: /OUTDATED_LOCKFILE|NO_IMPORTER|--lockfile-only/,
    remedy:
      "A package.json changed without its lock file: run `.tools/node_modules/.bin/pnpm install --no-frozen-lockfile`."
  },
  {
    pattern: /No matching distribution|no wheels with a matching|has no usable wheels/i,
    remedy:
      "A package does not exist for this Python or this machine: try another Python with PENSIEVE_PYTHON=/path/to/python3.12."
  },
  {
    pattern: /do not match the hashes|hash mismatch|INTEGRITY/i,
    remedy:
      "A download differs from what the lock file names: run the same command again; if it stays, do not trust that source."
  }
]

/**
 * The remedy that fits what a failed command printed.
 * @param {string} output
 * @param {string} logFile where the whole output is
 */
export function remedyFor(output, logFile) {
  const cause = causes.find(({ pattern }) => pattern.test(output))
  return cause?.remedy ?? `Its output is above and in ${logFile}; run the same command again after mending it.`
}
