/** One value that cannot be used, and where it stands. */
export interface ConfigProblem {
  readonly message: string
  /** 1-based, in the configuration file. */
  readonly line?: number
  readonly column?: number
}

/** Where a value stands in the configuration, as `router.longContext.threshold`. */
export type ConfigPath = ReadonlyArray<string | number>

/** `["rules", 0, "use"]` as `rules[0].use`. */
export const dottedPath = (path: ConfigPath): string =>
  path.reduce<string>(
    (text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`),
    ""
  )
