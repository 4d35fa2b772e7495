"""Request bodies, read by hand: this is most of what a request costs."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from tests.servers.telegram.refusals import bad

Params = dict[str, Any]

_NAME = re.compile(rb'[; ]name="?([^";\r\n]*)', re.IGNORECASE)
_FILENAME = re.compile(rb'filename="?([^";\r\n]*)', re.IGNORECASE)
_BOUNDARY = re.compile(r'boundary="?([^";]+)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    data: bytes


def urlencoded(body: bytes) -> Params:
    params: Params = {}
    for pair in body.split(b"&"):
        name, _, value = pair.partition(b"=")
        if name:
            params[_plain(name)] = _plain(value)
    return params


def _plain(value: bytes) -> str:
    if b"+" in value:
        value = value.replace(b"+", b" ")
    if b"%" in value:
        value = unquote_to_bytes(value)
    return value.decode("utf-8", "replace")


def multipart(body: bytes, content_type: str) -> tuple[Params, dict[str, Upload]]:
    """Raises a 400 where the body is not what its type says."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise bad("can't find the boundary of the multipart body")
    params: Params = {}
    files: dict[str, Upload] = {}
    for piece in (b"\r\n" + body).split(b"\r\n--" + found[1].encode())[1:]:
        head, blank, data = piece.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if not blank or name is None:
            continue
        key = name[1].decode("utf-8", "replace")
        if filename := _FILENAME.search(head):
            files[key] = Upload(filename[1].decode("utf-8", "replace"), data)
        else:
            params[key] = data.decode("utf-8", "replace")
    return params, files


def parsed(content_type: str, body: bytes) -> tuple[Params, dict[str, Upload]]:
    """Fields and files. Nested values stay strings but in a JSON body."""
    if not body:
        return {}, {}
    kind = content_type[:33].lower()
    if kind.startswith("multipart/"):
        return multipart(body, content_type)
    if kind.startswith("application/json"):
        try:
            params = json.loads(body)
        except ValueError:
            raise bad("can't parse the JSON body") from None
        return (params if isinstance(params, dict) else {}), {}
    return urlencoded(body), {}
