"""Migrations that we made ourselves: known by their first line, and by it whether they were edited.

The line holds the hash of all that follows it, so that nothing but the file itself is needed to
tell: no history, which a squash or a shallow clone loses, and no record beside it.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

_LINE = "-- schema-ci:generated sha256:"
_MARK = re.compile(rb"\A(?:\xef\xbb\xbf)?-- schema-ci:generated sha256:([0-9a-f]{64})\n(\n?)")
_DIRECTIVE = b"-- atlas:"

Maker = Literal["ours", "edited", "somebody"]


def marked(content: bytes) -> bytes:
    """`content` behind the line that says that we made it.

    A directive at its head stays one: both stand above the first empty line.
    """
    gap = b"" if content.startswith(_DIRECTIVE) else b"\n"
    return f"{_LINE}{_digest(content)}\n".encode() + gap + content


def maker(content: bytes) -> Maker:
    """Who made a file: we did, we did and somebody edited it since, or somebody else did.

    Line ends do not count: git may have changed them in the work tree.
    """
    text = content.replace(b"\r\n", b"\n")
    if (found := _MARK.match(text)) is None:
        return "somebody"
    return "ours" if marked(text[found.end() :]) == text else "edited"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
