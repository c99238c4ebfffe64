"""What can go wrong with the model hub, in the words of somebody who wants a model."""

import errno
import re

import httpx2
from huggingface_hub import constants, get_token
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

_DEPTH = 5
_UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)


class HubError(Exception):
    """One sentence or two: what happened and what to do. `code` is for programs."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def not_a_hub() -> HubError:
    return HubError(
        "unreachable",
        f"What answers at {constants.ENDPOINT} is not a model hub. "
        "Check HF_ENDPOINT, and whether a proxy or a login page stands between.",
    )


def explained(error: BaseException, repository: str) -> HubError:
    """Any exception of the hub's library as a HubError; what it does not know is `failed`."""
    # The library wraps what happened, sometimes twice.
    cause: BaseException | None = error
    for _ in range(_DEPTH):
        if cause is None:
            break
        known = _known(cause, repository)
        if known is not None:
            return known
        cause = cause.__cause__ or cause.__context__
    first_line = (str(error).strip().splitlines() or [""])[0]
    return HubError("failed", f"{repository} could not be fetched: {type(error).__name__}: {first_line}")


def _known(error: BaseException, repository: str) -> HubError | None:
    hub = constants.ENDPOINT
    match error:
        case HubError():
            return error
        case HFValidationError():
            return HubError("not_found", f"{repository} cannot be a repository: their names look like org/model.")
        case OfflineModeIsEnabled():
            return HubError("unreachable", f"{repository} is not fetched: HF_HUB_OFFLINE is set. Unset it to download.")
        case GatedRepoError():
            return _gated(repository, hub)
        case RepositoryNotFoundError() | RevisionNotFoundError():
            return _not_found(repository, hub)
        case HfHubHTTPError():
            return _http(error.response.status_code, repository, hub)
        case httpx2.TransportError() | httpx2.InvalidURL():
            return HubError(
                "unreachable",
                f"The model hub ({hub}) cannot be reached: {_kind(error)}. "
                "Check the network, and HF_ENDPOINT or the proxy if you use one.",
            )
        case OSError() if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return HubError(
                "disk_full",
                f"The disk is full: {constants.HF_HUB_CACHE} cannot hold {repository}. "
                "What has come is kept; make room and start again, or name another folder with HF_HOME.",
            )
        case OSError() if error.errno in _UNWRITABLE:
            return HubError(
                "not_writable",
                f"{error.filename or constants.HF_HUB_CACHE} cannot be written. Name another folder with HF_HOME.",
            )
        case _:
            return None


def _gated(repository: str, hub: str) -> HubError:
    remedy = (
        "Your token (HF_TOKEN) has no access to it yet"
        if get_token()
        else f"Make a token at {hub}/settings/tokens and start again with HF_TOKEN=…"
    )
    return HubError("gated", f"{repository} asks for consent first: agree at {hub}/{repository}. {remedy}.")


def _not_found(repository: str, hub: str) -> HubError:
    # Without a token the hub gives the same answer for what is private and for what does not exist.
    private = "" if get_token() else " If it is private, set HF_TOKEN."
    return HubError("not_found", f"There is no model {repository} at {hub}. Check the spelling.{private}")


def _http(status: int, repository: str, hub: str) -> HubError:
    if status == 401:
        return HubError("gated", f"{hub} does not accept your HF_TOKEN. Make a new one at {hub}/settings/tokens.")
    if status == 403:
        return HubError("gated", f"{hub} does not let you read {repository}. Set HF_TOKEN to a token that may.")
    return HubError("unreachable", f"The model hub ({hub}) answered with status {status}. Try again later.")


def _kind(error: BaseException) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "no answer in time"
    if isinstance(error, httpx2.ReadError | httpx2.RemoteProtocolError):
        return "the connection broke"
    first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return re.sub(r"^\[Errno -?\d+\] ", "", first_line).rstrip(".")
