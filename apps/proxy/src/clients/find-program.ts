import { accessSync, constants, statSync } from "node:fs"
import { delimiter, join } from "node:path"

/** The program of a name in `PATH`, as a shell would find it. */
export const findProgram = (name: string, path = process.env["PATH"] ?? ""): string | undefined =>
  path
    .split(delimiter)
    .map((folder) => join(folder === "" ? "." : folder, name))
    .find(isProgram)

const isProgram = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}
