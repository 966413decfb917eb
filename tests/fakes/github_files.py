"""Files that a commit changes, as GitHub tells them."""

from __future__ import annotations

from typing import Any


def compared(line: str) -> dict[str, Any]:
    """One raw line of `git diff-tree -M` as GitHub's comparison tells it."""
    raw, path, *renamed = line.split("\t")
    _, _, old, new, letter = raw.split()
    if renamed:
        return {
            "filename": renamed[0],
            "previous_filename": path,
            "status": "renamed",
            "sha": new,
        }
    status = {"A": "added", "D": "removed"}.get(letter, "modified")
    return {"filename": path, "status": status, "sha": old if letter == "D" else new}
