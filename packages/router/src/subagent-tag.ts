const tag = /<(PENSIEVE|CCR)-SUBAGENT-MODEL>([^<>]{1,200})<\/\1-SUBAGENT-MODEL>/

/**
 * The model that a subagent's prompt asks for, `<PENSIEVE-SUBAGENT-MODEL>backend,model</PENSIEVE-SUBAGENT-MODEL>`.
 * The tag of claude-code-router is understood as well.
 */
export const subagentModelIn = (text: string): string | undefined => tag.exec(text)?.[2]?.trim() || undefined

/** A text without that tag: it is for the router, not for the model. */
export const withoutSubagentTag = (text: string): string => text.replace(tag, "")
