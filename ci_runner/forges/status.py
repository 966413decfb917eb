"""The one line of a commit status, with the digest by which the next run knows the result again."""

from __future__ import annotations

import re

_DESCRIPTION = 140
_DIGEST = re.compile(r" \[([0-9a-f]{8,64})\]$")


def described(title: str, digest: str) -> str:
    """`title` and `digest` in at most 140 characters, as many as forges take."""
    suffix = f" [{digest}]" if digest else ""
    return title[: _DESCRIPTION - len(suffix)] + suffix


def digest_in(description: str) -> str:
    """The digest of a description that `described` made, "" for any other text."""
    found = _DIGEST.search(description)
    return found[1] if found else ""
