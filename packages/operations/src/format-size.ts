/** Bytes of a file or a transfer: decimal units, two digits that matter. */
export const formatBytes = (bytes: number): string => {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`
  return bytes < 1e9 ? `${twoDigits(bytes / 1e6)} MB` : `${twoDigits(bytes / 1e9)} GB`
}

/** Bytes of memory: binary units under the short name, as machines are sold. */
export const formatMemory = (bytes: number): string => `${twoDigits(bytes / 2 ** 30)} GB`

const twoDigits = (value: number): string => (value < 9.95 ? value.toFixed(1) : value.toFixed(0))
