"""`python -m pensieve_bridge --socket PATH --model FOLDER`: the life of the process.

It ends when its stdin closes (the parent is gone), on SIGTERM and on SIGINT; then running requests are cancelled,
the socket is removed, and the exit code is 0.
"""

import argparse
import asyncio
import os
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .blas import Blas, ensure_blas
from .log import capture_everything, log

# All in all an end takes less than two seconds, also in the middle of a long prefill.
_ENGINE_SECONDS = 1.2
_CONNECTIONS_SECONDS = 0.4


@dataclass(slots=True, frozen=True)
class Options:
    socket: Path
    model: Path
    window: int | None
    kv_bits: int | None
    chat_template: Path | None
    rows: int
    allow_forced: bool
    mask_overlap: bool
    guess_ahead: bool
    store: bool
    cache: Path | None
    memory: int | None


def parse_options(arguments: list[str] | None = None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m pensieve_bridge", description=__doc__)
    parser.add_argument("--socket", type=Path, required=True, help="path of the Unix socket to listen on")
    parser.add_argument("--model", type=Path, required=True, help="folder of the model")
    parser.add_argument("--window", type=_positive, help="lower the context window to this many tokens")
    parser.add_argument("--kv-bits", type=int, choices=(4, 8), help="bits of a number in the cache of keys and values")
    parser.add_argument("--chat-template", type=Path, help="file with a template to use instead of the model's own")
    parser.add_argument("--rows", type=_positive, default=8, help="requests that run at once (default 8)")
    parser.add_argument("--allow-forced", action="store_true", help="accept scripted answers (tests only)")
    parser.add_argument(
        "--no-mask-overlap", action="store_true", help="work out grammars behind the forward pass (to compare)"
    )
    parser.add_argument("--no-guesses", action="store_true", help="never guess tokens ahead (to compare)")
    parser.add_argument("--no-store", action="store_true", help="compute every prompt from its beginning (to compare)")
    parser.add_argument("--cache", type=Path, help="folder for what shall outlive the process")
    parser.add_argument(
        "--memory", type=_positive, help="bytes that models and caches may take (default: what is free)"
    )
    found = parser.parse_args(arguments)
    return Options(
        found.socket,
        found.model.expanduser(),
        found.window,
        found.kv_bits,
        found.chat_template,
        found.rows,
        found.allow_forced,
        not found.no_mask_overlap,
        not found.no_guesses,
        not found.no_store,
        found.cache,
        found.memory,
    )


def main() -> None:
    options = parse_options()
    blas = ensure_blas()
    prepare_environment()
    capture_everything()
    log("info", "starting", pid=os.getpid(), blas=blas.name, blasPath=blas.path)
    if blas.hint:
        log("warning", "slow_blas", message=blas.hint)
    code = asyncio.run(_serve(options, blas))
    sys.stderr.flush()
    # Not sys.exit: an engine in a long step would be waited for.
    os._exit(code)


def prepare_environment() -> None:
    """Set before MLX and transformers are imported: no network, no compiler, no chatter."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "TRANSFORMERS_NO_ADVISORY_WARNINGS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    if sys.platform == "linux" and not Path("/dev/nvidiactl").exists():
        # The CPU backend compiles fused kernels with g++ on first use: seconds, for no measured gain.
        os.environ.setdefault("MLX_DISABLE_COMPILE", "1")


async def _serve(options: Options, blas: Blas) -> int:
    # Here, after the choice of the BLAS: these import MLX.
    from .bridge import Bridge
    from .listener import Listener
    from .model import ModelOptions, load_model
    from .server import make_app
    from .status import EngineOptions

    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    _watch_stdin(loop, over)
    bridge = Bridge(
        lambda: load_model(options.model, ModelOptions(options.window, options.kv_bits, options.chat_template)),
        blas=blas.name,
        allow_forced=options.allow_forced,
        options=EngineOptions(
            rows=options.rows,
            memory_bytes=options.memory,
            cache_bytes=None if options.store else 0,
            mask_overlap=options.mask_overlap,
            guess_ahead=options.guess_ahead,
            cache_folder=options.cache,
        ),
        cache_folder=options.cache,
    )
    app = make_app(bridge, test_faults=os.environ.get("PENSIEVE_TEST_FAULTS") == "1")
    try:
        listener = Listener(options.socket, app)
    except OSError as error:
        log("error", "cannot_listen", message=str(error), socket=str(options.socket))
        return 2
    listener.start()
    bridge.start()
    log("info", "listening", socket=str(options.socket))
    await over.wait()
    log("info", "ending", running=bridge.open_answers)
    await bridge.close(_ENGINE_SECONDS)
    await listener.close(_CONNECTIONS_SECONDS)
    return 0


def _watch_stdin(loop: asyncio.AbstractEventLoop, over: asyncio.Event) -> None:
    def wait() -> None:
        with suppress(OSError):
            while os.read(0, 4096):
                pass
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(over.set)

    threading.Thread(target=wait, name="stdin", daemon=True).start()


def _positive(text: str) -> int:
    value = int(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"must be more than 0, not {value}")
    return value


if __name__ == "__main__":
    main()
