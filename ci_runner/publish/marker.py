"""The first line of each of our comments: by it a comment is found, and known for unchanged."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict

from ci_runner.forges.base import Comment
from ci_runner.frozen import frozen
from ci_runner.publish.stamp import unstamped

ROOM = 500
_MARKER = re.compile(r"\A<!-- schema-ci:v1 (\{[^\n]*\}) -->")


@frozen
class Marker:
    """`run` is `<run id>.<attempt>`, `seq` of `parts` counts from 1, `hash` is of the text.

    `result` is what the run came to, told with a commit of ours: the next run finds it in the
    branch and has nothing to add. "" where there was no commit.
    """

    id: str
    head: str
    run: str
    at: str
    hash: str
    seq: int = 1
    parts: int = 1
    result: str = ""

    def __str__(self) -> str:
        text = json.dumps(asdict(self), ensure_ascii=True, separators=(",", ":"))
        inert = text.replace("-", r"\u002d")
        return f"<!-- schema-ci:v1 {inert} -->"

    @property
    def post(self) -> tuple[str, str, str]:
        """What the parts of one telling have in common."""
        return self.head, self.run, self.at

    @property
    def order(self) -> tuple[int, int, str]:
        """Runs by number where they have one, else by time."""
        run, _, attempt = self.run.partition(".")
        if run.isdecimal() and attempt.isdecimal():
            return int(run), int(attempt), ""
        return 0, 0, self.at

    def says_what(self, other: Marker) -> bool:
        """Whether both stand above the same text in the same place."""
        return (self.id, self.hash, self.seq, self.parts) == (
            other.id,
            other.hash,
            other.seq,
            other.parts,
        )


@frozen
class Own:
    """A comment of ours with its marker."""

    comment: Comment
    marker: Marker

    @property
    def text(self) -> str:
        """What it says: without marker, and without when it said so."""
        return unstamped(self.comment.body.partition("\n")[2].replace("\r\n", "\n"))

    def intact(self) -> bool:
        """Whether nobody edited the text under the marker."""
        return self.marker.hash in {digest(self.text), digest(self.text + "\n")}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def comment_id(identity: str) -> str:
    """The marker's id of `tool|project|directory|environment|kind`."""
    return digest(identity)[:16]


def read_marker(body: str) -> Marker | None:
    """None for a body that is not ours, or whose marker is damaged."""
    if (match := _MARKER.match(body)) is None:
        return None
    try:
        said = json.loads(match[1])
        kinds = {key: int if key in {"seq", "parts"} else str for key in said}
        return Marker(**said) if all(type(said[key]) is kinds[key] for key in said) else None
    except (ValueError, TypeError, RecursionError):
        return None


def own(comments: tuple[Comment, ...], viewer: str, wanted: str) -> tuple[Own, ...]:
    """Ours by marker and author, oldest first: a marker in someone else's comment is not ours."""
    found = []
    for comment in comments:
        marker = read_marker(comment.body)
        if marker is not None and marker.id == wanted and is_ours(comment, viewer):
            found.append(Own(comment, marker))
    return tuple(sorted(found, key=lambda each: (each.comment.created_at, each.comment.id)))


def is_ours(comment: Comment, viewer: str) -> bool:
    if comment.ours is not None:
        return comment.ours
    return same_login(comment.author, viewer)


def same_login(one: str, other: str) -> bool:
    """REST spells an app's login with `[bot]`, GraphQL without."""
    return one.lower().removesuffix("[bot]") == other.lower().removesuffix("[bot]")
