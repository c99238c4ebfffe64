import type { Conversation } from "@pensieve/models"
import type { Backend } from "../backend.ts"
import type { Candidate } from "./candidates.ts"

/** A candidate's backend, which is asked for the candidate's model. */
export const serviceOf = ({ member: { backend }, target: { model } }: Candidate): Backend["Service"] => {
  if (model === undefined) return backend
  const { passThrough } = backend
  const routed = (conversation: Conversation): Conversation => ({ ...conversation, routedModel: model })
  return {
    ...backend,
    model,
    countTokens: (conversation) => backend.countTokens(routed(conversation)),
    generate: (conversation) => backend.generate(routed(conversation)),
    ...(passThrough === undefined ? {} : { passThrough: (request) => passThrough({ ...request, model }) })
  }
}
