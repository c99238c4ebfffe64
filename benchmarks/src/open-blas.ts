import { existsSync } from "node:fs"

const paths = [
  "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblas.so.0",
  "/usr/lib/aarch64-linux-gnu/openblas-pthread/libopenblas.so.0"
]

/** What makes a program use the fast matrix library, where the machine has one: the bridge finds it itself, others get the same one. */
export const withOpenBlas = (): Readonly<Record<string, string>> => {
  const found = paths.find((path) => existsSync(path))
  return found === undefined ? {} : { LD_PRELOAD: found }
}
