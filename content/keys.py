"""Where the keys of a TOML text stand, which `tomllib` does not tell."""

from __future__ import annotations

import re

_HEADER = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*(?P<name>[\w.-]+|"[^"]*"|'[^']*')\s*=""")
_STRING_FENCE = re.compile(r'"""|' + "'''")


def key_lines(source: str) -> dict[str, int]:
    """`section.key` → line, best effort; the second `[[name]]` is `name#1`."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    inside = False
    for number, line in enumerate(source.split("\n"), start=1):
        if not inside:
            if header := _HEADER.match(line):
                name = header["name"].replace('"', "").replace(" ", "")
                lines.setdefault(name, number)
                if header["open"] == "[[":
                    index = counts.get(name, 0)
                    counts[name] = index + 1
                    name = f"{name}#{index}"
                lines.setdefault(name, number)
                prefix = name + "."
            elif key := _KEY.match(line):
                lines.setdefault(prefix + key["name"].strip("\"'"), number)
        if len(_STRING_FENCE.findall(line)) % 2:
            inside = not inside
    return lines
