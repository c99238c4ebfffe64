import type { Configuration } from "./configuration.ts"
import type { IssueAt } from "./describe-issues.ts"

/** Addresses that only this machine reaches. */
const loopback: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"])

/** Nobody opens a server to the network by accident. */
export const checkNetwork = ({ host, allowNetwork, auth }: Configuration): ReadonlyArray<IssueAt> => {
  if (loopback.has(host)) return []
  return [
    ...(allowNetwork
      ? []
      : [
          {
            path: ["host"],
            message: `is "${host}", which other machines can reach; say allowNetwork: true if they may`
          }
        ]),
    ...(auth === "required" ? [] : [{ path: ["auth"], message: "must be required where other machines can ask" }])
  ]
}
