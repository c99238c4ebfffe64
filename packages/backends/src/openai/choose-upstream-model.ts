import type { KnownServer } from "./probe.ts"
import { firstModel, type UpstreamModel } from "./upstream-model.ts"

/**
 * The model that answers a request: the one that was chosen; else the one the client asks for, if the server has it; else
 * the server's first. A server that lists none gets the client's own word.
 *
 * @param chosen for this request, or by the user for all
 */
export const chooseUpstreamModel = (
  { models }: KnownServer,
  requested: string,
  chosen: string | undefined
): UpstreamModel => {
  const wanted = chosen ?? requested
  const listed = models.find((model) => model.id === wanted)
  return listed ?? (chosen === undefined ? (firstModel(models) ?? { id: requested }) : { id: chosen })
}
