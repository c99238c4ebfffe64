/** Thinking that is opened and closed again at once: the template's way to say that there is none. */
const closedAtOnce = /<think>(?:\\n|\s)*<\/think>/g

/**
 * Whether a chat template ends its prompt inside open thinking, so that an answer has the end of it only. Told from the text
 * behind the template's last question for a generation prompt.
 */
export const opensThinking = (template: string): boolean => {
  const at = template.lastIndexOf("add_generation_prompt")
  return at !== -1 && template.slice(at).replace(closedAtOnce, "").includes("<think>")
}
