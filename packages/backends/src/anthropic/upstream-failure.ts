import { type BackendError, UpstreamFailed } from "@pensieve/errors"
import { faultError, type UpstreamFault } from "../upstream/upstream-fault.ts"

/** Faults behind which nobody has heard of the request. */
const unreachable = new Set<UpstreamFault["kind"]>(["refused", "unknown-host", "tls"])

/** A gateway tells the failures of the server behind it by status 502; refusals, limits and waits keep their own. */
export const asUpstreamFailure = (error: BackendError, isGone = false): BackendError =>
  error._tag === "BackendFailed" || error._tag === "BackendUnavailable"
    ? new UpstreamFailed({ message: error.message, unreachable: isGone })
    : error

/** Whether the server is not there. */
export const isGone = (fault: UpstreamFault): boolean => unreachable.has(fault.kind)

/** @param begun whether a part of the answer had come */
export const faultFailure = (fault: UpstreamFault, begun: boolean): BackendError =>
  asUpstreamFailure(faultError(fault, begun), isGone(fault))
