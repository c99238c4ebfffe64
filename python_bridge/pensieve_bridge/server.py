"""The HTTP side of D03: routes, refusals, NDJSON answers, cancellation when the client goes away."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .answer import HEADERS, encode, gone
from .bridge import Bridge
from .log import log_exception
from .wire import Json, Refusal, invalid, parse_body, parse_generate, parse_prompt, parse_seal

_LARGEST_BODY = 64 << 20

Handler = Callable[[Request], Awaitable[Json]]


def make_app(bridge: Bridge, *, test_faults: bool = False) -> Starlette:
    """The application; `test_faults` adds `POST /test/fault`, which only our tests switch on."""
    views = _Views(bridge)
    routes = [
        Route("/health", views.health, methods=["GET"]),
        Route("/model", _json(views.model), methods=["GET"]),
        Route("/metrics", _json(views.metrics), methods=["GET"]),
        Route("/cache", _json(views.cache), methods=["GET"]),
        Route("/count", _json(views.count), methods=["POST"]),
        Route("/seal", _json(views.seal), methods=["POST"]),
        Route("/grammar/check", _json(views.check_grammars), methods=["POST"]),
        Route("/generate", _Generate(bridge), methods=["POST"]),
    ]
    if test_faults:
        routes.append(Route("/test/fault", _json(views.fault), methods=["POST"]))
    return Starlette(routes=routes)


class _Views:
    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    async def health(self, _: Request) -> Response:
        health = self._bridge.engine.health()
        body = {
            "status": health.status,
            "tickAgeSeconds": round(health.tick_age_seconds, 3),
            "running": health.running,
            "queued": health.queued,
            "message": health.message,
        }
        return JSONResponse(body, 200 if health.status == "ready" else 503)

    async def model(self, _: Request) -> Json:
        return await self._bridge.card()

    async def metrics(self, _: Request) -> Json:
        engine = self._bridge.engine
        health, counters, memory = engine.health(), engine.counters, engine.memory
        return {
            "requests": counters.requests,
            "cancelled": counters.cancelled,
            "failed": counters.failed,
            "promptTokens": counters.prompt_tokens,
            "cachedTokens": counters.cached_tokens,
            "reusableTokens": counters.reusable_tokens,
            "completionTokens": counters.completion_tokens,
            "generatorRebuilds": counters.generator_rebuilds,
            "grammar": {
                **(model.grammars.counters.line() if (model := engine.model) else {}),
                "constrainedTokens": counters.constrained_tokens,
                "failed": counters.grammar_faults,
                "maskSeconds": round(counters.mask_seconds, 6),
            },
            "guesses": asdict(counters.drafts),
            "running": health.running,
            "queued": health.queued,
            "activeMemoryBytes": memory.active,
            "peakMemoryBytes": memory.peak,
            "memoryLimitBytes": memory.limit,
        }

    async def cache(self, _: Request) -> Json:
        return self._bridge.engine.cache.card()

    async def count(self, request: Request) -> Json:
        body = parse_body(await _read(request))
        return {"tokens": await self._bridge.count(parse_prompt(body))}

    async def seal(self, request: Request) -> Json:
        generation, key = parse_seal(parse_body(await _read(request)))
        return {"sealed": await self._bridge.seal(generation, key)}

    async def check_grammars(self, request: Request) -> Json:
        body = parse_body(await _read(request))
        return {"grammars": await self._bridge.check_grammars(body)}

    async def fault(self, request: Request) -> Json:
        self._bridge.engine.inject(parse_body(await _read(request))["kind"])
        return {}


class _Generate:
    """`POST /generate` as a plain ASGI application: no framework between a token and the socket."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        left: asyncio.Future[None] | None = None
        work: asyncio.Future[None] | None = None
        try:
            raw = await _read(Request(scope, receive))
            left = asyncio.ensure_future(gone(receive))
            work = asyncio.ensure_future(self._answer(raw, send))
            await asyncio.wait((left, work), return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        except ClientDisconnect:
            return
        except Exception as error:
            # Nothing was sent yet: `_answer` raises before its first line or not at all.
            await _refuse(error)(scope, receive, send)
        finally:
            # Cancelling frees the row: `_answer` tells the engine on its way out.
            for task in (left, work):
                if task is not None:
                    task.cancel()

    async def _answer(self, raw: bytes, send: Send) -> None:
        generation, answer, count = await self._bridge.submit(parse_generate(parse_body(raw)))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            first = encode({"type": "accepted", "generation": generation, "promptTokens": count})
            await send({"type": "http.response.body", "body": first, "more_body": True})
            await answer.stream(send)
        finally:
            self._bridge.forget(generation)


def _json(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            return JSONResponse(await handler(request))
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            return _refuse(error)

    return respond


def _refuse(error: Exception) -> Response:
    if isinstance(error, Refusal):
        return JSONResponse(error.body(), error.status)
    log_exception("request_failed", error)
    body = {"error": {"code": "internal", "message": f"{type(error).__name__}: {error}"}}
    return JSONResponse(body, 500)


async def _read(request: Request) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _LARGEST_BODY:
            raise invalid("body", f"is larger than {_LARGEST_BODY} bytes")
        parts.append(part)
    return b"".join(parts)
