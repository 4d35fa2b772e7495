"""What the server says no with."""

from __future__ import annotations

from typing import Any, Final

IDLE: Final = 408
WORDS: Final = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Internal server error",  # so it is documented
    404: "Not Found",
    IDLE: "Request timeout",
    429: "Quota exceeded",
}


class Refusal(Exception):
    """An answer with `ok: false`. `status`: the HTTP status whatever the habit is, 0 for the
    habit's."""

    def __init__(self, code: int, description: str = "", *, status: int = 0) -> None:
        super().__init__(description or WORDS[code])
        self.code = code
        self.description = description or WORDS[code]
        self.status = status

    @property
    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "description": self.description}
        return body if self.status == 404 else body | {"error_code": self.code}


def bad(description: str) -> Refusal:
    return Refusal(400, f"Bad request: {description}")


def not_found() -> Refusal:
    """An unknown method, or no webhook: seen as HTTP 404, without a code."""
    return Refusal(404, status=404)
