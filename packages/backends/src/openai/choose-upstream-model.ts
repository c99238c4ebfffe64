import type { KnownServer } from "./probe.ts"
import { firstModel, type UpstreamModel } from "./upstream-model.ts"

/**
 * The model that answers a request: the one the user named for all; else the one the client asks for, if the server has it; else
 * the server's first. A server that lists none gets the client's own word.
 */
export const chooseUpstreamModel = (
  { models }: KnownServer,
  requested: string,
  forAll: string | undefined
): UpstreamModel => {
  const wanted = forAll ?? requested
  const listed = models.find((model) => model.id === wanted)
  return listed ?? (forAll === undefined ? (firstModel(models) ?? { id: requested }) : { id: forAll })
}
