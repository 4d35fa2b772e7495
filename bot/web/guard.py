"""What stands before a page that is meant for this machine alone: callers from elsewhere are
turned away, and every refusal is JSON that says what to do."""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import MutableMapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_ADVICE = {
    404: "there is nothing at this path; the sandbox's paths begin with /api/",
    405: "this path does not take that method; see the Allow header",
    413: "the body is too large; send smaller attachments",
}

_log = logging.getLogger(__name__)


class Refused(Exception):
    """The request cannot be met; the message tells the caller why and what to do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class WithoutWords(logging.LoggerAdapter[logging.Logger]):
    """Says that a request failed, not how: the exception quotes what the caller sent."""

    def process(
        self, msg: object, kwargs: MutableMapping[str, Any]
    ) -> tuple[object, MutableMapping[str, Any]]:
        return msg, {**kwargs, "exc_info": None}


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns whatever fails into a status and `{"error": …}`, without internals."""
    try:
        return await handler(request)
    except Refused as refused:
        return web.json_response({"error": str(refused)}, status=refused.status)
    except web.HTTPException as error:
        message = _ADVICE.get(error.status, error.reason)
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        return web.json_response({"error": message}, status=error.status, headers=allow)
    except ConnectionResetError:
        raise  # the caller has gone
    except Exception as error:
        _log.error("a request to the sandbox failed: %s", type(error).__name__)
        message = "the sandbox failed; see the log"
        return web.json_response({"error": message}, status=500)


@web.middleware
async def only_this_machine(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A name that points here (DNS rebinding) or another site's form must not get in."""
    if request.remote and not ipaddress.ip_address(request.remote).is_loopback:
        raise Refused(403, "only this machine may call; open the page on it")
    host = request.headers.get("Host", "")
    if not _HOST.fullmatch(host):
        raise Refused(403, "unknown Host; call 127.0.0.1 or localhost")
    if request.method not in {"GET", "HEAD"} and not _from_own_page(request, host):
        raise Refused(403, "another site may not post here; use the sandbox's own page")
    return await handler(request)


def _from_own_page(request: web.Request, host: str) -> bool:
    """Scripts send neither header; browsers send at least one."""
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    same_origin = origin is None or origin.lower() == f"http://{host}".lower()
    return same_origin and site in {None, "same-origin", "none"}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """A signal for `on_response_prepare`; what a handler has set stays."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
