"""What a caller asks of the sandbox, checked: each slip is answered with what to write."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from aiohttp import web

from bot.platforms.village import Upload
from bot.web.guard import Refused
from content.folding import normalize

_LONGEST_TEXT = 200_000  # characters
_MOST_ATTACHMENTS = 10
_MOST_NAME = 255
_MOST_ID = 18  # digits of a message id


async def body(request: web.Request, known: Collection[str]) -> Mapping[str, Any]:
    """The JSON object of the request; Refused for anything else and for unknown fields."""
    try:
        values = json.loads(await request.read(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(400, "the body is not JSON; send one JSON object") from None
    return _object(values, "the body", known)


def identity(values: Mapping[str, Any], field: str) -> str:
    """An id of the body or the query. Any text will do: unknown ones are not found later."""
    value = values.get(field)
    if not isinstance(value, str) or not value:
        raise Refused(400, f"“{field}” is missing or no text; give an id as a text")
    return normalize(value)


def truth(values: Mapping[str, Any], field: str) -> bool:
    value = values.get(field)
    if not isinstance(value, bool):
        raise Refused(400, f"“{field}” must be true or false, without quotes")
    return value


def after(query: Mapping[str, str]) -> int:
    """The number of the message after which to begin."""
    value = query.get("after", "") or "0"
    if not (value.isascii() and value.isdecimal() and len(value) <= _MOST_ID):
        raise Refused(400, "“after” is no message id; give one from /api/messages")
    return int(value)


def number(value: Any, field: str, least: float, most: float) -> float:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits or not least <= value <= most:
        raise Refused(400, f"“{field}” must be a number from {least:.15g} to {most:.15g}")
    return float(value)


def seconds(text: str, field: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    return number(value, field, 0, most)


def text(values: Mapping[str, Any]) -> str:
    """What a person writes; an empty message is none."""
    value = values.get("text", "")
    if not isinstance(value, str):
        raise Refused(400, "“text” must be a text in quotes")
    if len(value) > _LONGEST_TEXT:
        raise Refused(413, f"the text is longer than {_LONGEST_TEXT} characters; send less at once")
    if not value and not values.get("attachments") and values.get("location") is None:
        raise Refused(400, "the message is empty; give “text”, “attachments” or “location”")
    return value


def location(values: Mapping[str, Any]) -> tuple[float, float] | None:
    if values.get("location") is None:
        return None
    place = _object(values["location"], "“location”", ("latitude", "longitude"))
    latitude = number(place.get("latitude"), "location.latitude", -90, 90)
    return latitude, number(place.get("longitude"), "location.longitude", -180, 180)


def uploads(values: Mapping[str, Any], most_bytes: int) -> list[Upload]:
    given = values.get("attachments", [])
    if not isinstance(given, list) or len(given) > _MOST_ATTACHMENTS:
        problem = f"“attachments” must be a list of at most {_MOST_ATTACHMENTS} files"
        raise Refused(400, problem)
    return [_upload(one, f"attachments[{at}]", most_bytes) for at, one in enumerate(given)]


def _upload(value: Any, at: str, most_bytes: int) -> Upload:
    values = _object(value, f"“{at}”", ("name", "type", "data"))
    for field in ("name", "type", "data"):
        if not isinstance(values.get(field), str):
            raise Refused(400, f"“{at}.{field}” is missing or no text; write it in quotes")
    if not 1 <= len(values["name"]) <= _MOST_NAME:
        raise Refused(400, f"“{at}.name” must have 1 to {_MOST_NAME} characters")
    if len(values["type"]) > _MOST_NAME:
        raise Refused(400, f"“{at}.type” is too long; write one such as image/jpeg")
    try:
        data = base64.b64decode(values["data"], validate=True)
    except (binascii.Error, ValueError):
        raise Refused(400, f"“{at}.data” is not base64; encode the file's bytes") from None
    if not data:
        raise Refused(400, f"“{at}.data” is empty; encode the file's bytes")
    if len(data) > most_bytes:
        raise Refused(413, f"“{at}” is too large; send at most {most_bytes} bytes")
    return Upload(values["name"], values["type"] or "application/octet-stream", data)


def _object(value: Any, what: str, known: Collection[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Refused(400, f"{what} must be a JSON object; write it in braces")
    for field in value:
        if field not in known:
            raise Refused(400, f"{what} has an unknown field; use {', '.join(known)}")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError("JSON has no NaN or Infinity")
