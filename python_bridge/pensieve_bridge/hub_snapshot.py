"""A model repository of the hub at one revision: what MLX needs of it, and how that gets into the hub's cache."""

import glob
import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import (
    HfApi,
    ModelInfo,
    constants,
    get_session,
    hf_hub_url,
    snapshot_download,  # pyright: ignore[reportUnknownVariableType]
)
from huggingface_hub.errors import HfHubHTTPError, HFValidationError
from huggingface_hub.file_download import repo_folder_name

from .hub_errors import HubError, not_a_hub
from .hub_fetch import RemoteFile, fetch, present_bytes

_ANSWER_SECONDS = 10.0
_FILES_AT_ONCE = 4
_BETWEEN_REPORTS_SECONDS = 0.25

# As mlx_lm names them; copies in other formats and folders would only double the download.
_WEIGHTS = re.compile(r"model[^/]*\.safetensors")
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "tiktoken.model")
# No programs: a model that needs its own code is not run.
_OTHERS = re.compile(r"[^/]+\.(json|jinja|txt|model|tiktoken)|additional_chat_templates/[^/]+\.jinja")
_BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REVISION = re.compile(r"[0-9a-f]{40}")

Report = Callable[[int, int], None]
"""Hears (bytes in the cache, bytes in all)."""


@dataclass(slots=True, frozen=True)
class Snapshot:
    """The files that MLX needs; `folder` is the repository's in the cache."""

    repository: str
    revision: str
    files: tuple[RemoteFile, ...]
    folder: Path

    @property
    def blobs(self) -> Path:
        return self.folder / "blobs"

    @property
    def total(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    def present(self) -> int:
        """Bytes that are in the cache."""
        return sum(present_bytes(file, self.blobs) for file in self.files)

    def is_in(self, folder: Path) -> bool:
        return all((folder / file.name).exists() for file in self.files)

    def describe(self) -> dict[str, object]:
        here = self.is_in(self.folder / "snapshots" / self.revision)
        return {
            "repository": self.repository,
            "revision": self.revision,
            "downloadBytes": 0 if here else self.total - self.present(),
            "totalBytes": self.total,
            "weightBytes": sum(file.size for file in self.files if _WEIGHTS.fullmatch(file.name)),
            "files": len(self.files),
            "alreadyHere": here,
        }


def look_up(repository: str) -> Snapshot:
    """Ask the hub about the repository's main revision. Raises HubError or what the library raises."""
    get_session().timeout = httpx2.Timeout(_ANSWER_SECONDS)
    api = HfApi()
    try:
        info = api.model_info(repository, files_metadata=True, timeout=_ANSWER_SECONDS)
        files = needed(_remote_files(info))
    except (HfHubHTTPError, HFValidationError):
        raise
    except (ValueError, KeyError, TypeError, AttributeError):
        raise not_a_hub() from None
    _refuse_what_is_no_model(repository, files)
    revision = info.sha or ""
    # Both become names of files here.
    if not _REVISION.fullmatch(revision) or not all(_BLOB.fullmatch(file.blob) for file in files):
        raise not_a_hub()
    if info.gated:
        # The list of files is public even then; this tells whether the files are to be had.
        api.auth_check(repository)
    cache = Path(constants.HF_HUB_CACHE).expanduser().resolve()
    return Snapshot(repository, revision, files, cache / repo_folder_name(repo_id=repository, repo_type="model"))


def needed(files: Iterable[RemoteFile]) -> tuple[RemoteFile, ...]:
    """What MLX reads: weights, configuration, tokenizer, chat templates."""
    return tuple(file for file in files if _WEIGHTS.fullmatch(file.name) or _OTHERS.fullmatch(file.name))


def complete(snapshot: Snapshot, report: Report) -> Path:
    """Fetch what is missing and return the snapshot's folder. Raises HubError or what the library raises."""
    progress = _Progress(snapshot.present())
    report(progress.done, snapshot.total)
    snapshot.blobs.mkdir(parents=True, exist_ok=True)
    # Not a `with`: its end would wait for every other file after one has failed.
    pool = ThreadPoolExecutor(_FILES_AT_ONCE)
    missing = [file for file in snapshot.files if not (snapshot.blobs / file.blob).exists()]
    # One blob may have several names, and its lock only one holder.
    open_jobs = {
        pool.submit(fetch, file, _url(snapshot, file), snapshot.blobs, progress.move)
        for file in sorted({file.blob: file for file in missing}.values(), key=lambda file: -file.size)
    }
    while open_jobs:
        ended, open_jobs = wait(open_jobs, timeout=_BETWEEN_REPORTS_SECONDS, return_when=FIRST_EXCEPTION)
        for job in ended:
            job.result()
        # Also when nothing moves: the caller sees that it stalls, and we notice a caller that is gone.
        report(progress.done, snapshot.total)
    names = [glob.escape(file.name) for file in snapshot.files]
    folder = Path(snapshot_download(snapshot.repository, allow_patterns=names, max_workers=_FILES_AT_ONCE))
    # When the hub is lost at this point the library returns an older or a partial folder and only logs it.
    if not snapshot.is_in(folder):
        raise HubError("unreachable", f"The model hub ({constants.ENDPOINT}) was lost before the end. Start again.")
    report(snapshot.total, snapshot.total)
    return folder


class _Progress:
    """Counts the bytes of all threads."""

    def __init__(self, done: int) -> None:
        self._lock = threading.Lock()
        self.done = done

    def move(self, count: int) -> None:
        with self._lock:
            self.done += count


def _remote_files(info: ModelInfo) -> list[RemoteFile]:
    return [
        RemoteFile(file.rfilename, file.lfs.size, file.lfs.sha256)
        if file.lfs
        else RemoteFile(file.rfilename, file.size or 0, file.blob_id or "")
        for file in info.siblings or []
    ]


def _refuse_what_is_no_model(repository: str, files: tuple[RemoteFile, ...]) -> None:
    names = {file.name for file in files}
    lacking: list[str] = []
    if not any(_WEIGHTS.fullmatch(name) for name in names):
        lacking.append("weights (model*.safetensors)")
    if "config.json" not in names:
        lacking.append("config.json")
    if not names.intersection(_TOKENIZERS):
        lacking.append("tokenizer")
    if lacking:
        raise HubError(
            "not_a_model",
            f"{repository} is no model that MLX can run: it has no {', no '.join(lacking)}. "
            "Take an MLX conversion, such as those of mlx-community.",
        )


def _url(snapshot: Snapshot, file: RemoteFile) -> str:
    return hf_hub_url(snapshot.repository, file.name, revision=snapshot.revision)
