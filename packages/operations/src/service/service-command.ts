/** A call of another program. */
export interface ServiceCommand {
  readonly words: readonly [string, ...ReadonlyArray<string>]
  /** It may fail: what it shall bring about may be so already. */
  readonly mayFail: boolean
}

/** A command that must succeed. */
export const must = (...words: ServiceCommand["words"]): ServiceCommand => ({ words, mayFail: false })

/** A command whose failure means that there was nothing to do. */
export const may = (...words: ServiceCommand["words"]): ServiceCommand => ({ words, mayFail: true })
