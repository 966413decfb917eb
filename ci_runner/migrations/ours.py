"""Migrations that we made ourselves: known by their first line, and by it whether they were edited.

The line holds the hash of all that follows it, so that nothing but the file itself is needed to
tell: no history, which a squash or a shallow clone loses, and no record beside it.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal

_LINE = "-- schema-ci:generated sha256:"
# Liquibase knows its files by their first line, which therefore comes before ours.
_HEAD = rb"(?P<head>--liquibase formatted sql\n)?"
_MARK = re.compile(
    rb"\A(?:\xef\xbb\xbf)?" + _HEAD + rb"-- schema-ci:generated sha256:[0-9a-f]{64}\n\n?"
)
_FIRST = re.compile(_HEAD)
_DIRECTIVE = b"-- atlas:"

Maker = Literal["ours", "edited", "somebody"]


def marked(content: bytes) -> bytes:
    """`content` behind the line that says that we made it.

    A directive at its head stays one: both stand above the first empty line.
    """
    first = _FIRST.match(content)
    head = first[0] if first else b""
    rest = content.removeprefix(head)
    gap = b"" if rest.startswith(_DIRECTIVE) else b"\n"
    return head + f"{_LINE}{_digest(content)}\n".encode() + gap + rest


def maker(content: bytes) -> Maker:
    """Who made a file: we did, we did and somebody edited it since, or somebody else did.

    Line ends do not count: git may have changed them in the work tree.
    """
    text = content.replace(b"\r\n", b"\n")
    if (found := _MARK.match(text)) is None:
        return "somebody"
    content = (found["head"] or b"") + text[found.end() :]
    return "ours" if marked(content) == text else "edited"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
