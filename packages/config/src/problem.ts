/** One value that cannot be used, and where it stands. */
export interface ConfigProblem {
  readonly message: string
  /** 1-based, in the configuration file. */
  readonly line?: number
  readonly column?: number
}

/** Where a value stands in the configuration, as `router.longContext.threshold`. */
export type ConfigPath = ReadonlyArray<string | number>

/** `["rules", 0, "use"]` as `rules[0].use`; a name that holds more than letters, digits and dashes stands in brackets, too. */
export const dottedPath = (path: ConfigPath): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`
    if (!/^[\w-]+$/.test(step)) return `${text}[${JSON.stringify(step)}]`
    return text === "" ? step : `${text}.${step}`
  }, "")
