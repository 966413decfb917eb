"""Turn the bytes of a migration file into text, or say where they are not UTF-8."""

from __future__ import annotations

import codecs

from ci_runner.errors import SqlError


def decode(content: bytes, path: str) -> str:
    """`content` as UTF-8 without its byte order mark; line ends stay as they are.

    Raises SqlError naming the line and the byte offset of the first bad byte.
    """
    body = content.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as bad:
        offset = bad.start + len(content) - len(body)
        line = content.count(b"\n", 0, offset) + 1
        raise SqlError(
            "the file is not UTF-8",
            where=f"{path}:{line}",
            said=f"byte 0x{content[offset]:02x} at offset {offset}",
            next_step="save the file as UTF-8",
        ) from bad
