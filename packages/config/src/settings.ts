/** Where a value came from. */
export type Origin = "flag" | "environment" | "file" | "default"

/** Everything `pensieve start` can be told. */
export interface Settings {
  /** TCP port on loopback; 0 takes any free one. */
  readonly port: number
  /** A model folder, a repository id of the model hub, or undefined for the best one at hand. */
  readonly model: string | undefined
  /** The local token, or undefined for the generated one. */
  readonly token: string | undefined
  /** Upper bound of the context window in tokens, or undefined for the model's own. */
  readonly window: number | undefined
  readonly logLevel: LogLevel
  /** Script of forced decoding (tests only), or undefined. */
  readonly allowForced: string | undefined
}

/** The amount that is logged. */
export type LogLevel = "debug" | "info" | "warn" | "error"

/** One value that cannot be used, and where it stands. */
export interface ConfigProblem {
  readonly message: string
  /** 1-based, in the configuration file. */
  readonly line?: number
  readonly column?: number
}

/** What is read from outside: flags and file hold only what was given. */
export interface SettingsInput {
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Text of `config.yaml`, if there is one. */
  readonly file?: { readonly path: string; readonly text: string }
}

/** The settings and, for each, where its value came from. */
export interface ResolvedSettings {
  readonly settings: Settings
  readonly origins: Readonly<Record<keyof Settings, Origin>>
}
