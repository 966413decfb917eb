"""One comment on the pull request: found by its marker, edited in place, never repeated."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from ci_runner.context import Build, Sha
from ci_runner.forges.base import Comment, Forge, OutcomeUnknown
from ci_runner.publish.outcome import Published, Skipped
from ci_runner.publish.size import Render, fullest

_MARKER = re.compile(r"\A<!-- schema-ci:v1 (\{[^\n]*\}) -->")
_MARKER_ROOM = 500
_MAX_BYTES = 240_000


@dataclass(frozen=True, slots=True)
class Marker:
    """The first line of each of our comments. `run` is `<run id>.<attempt>`."""

    id: str
    head: str
    run: str
    at: str
    hash: str
    seq: int = 1
    parts: int = 1

    def __str__(self) -> str:
        fields = {
            "id": self.id,
            "head": self.head,
            "run": self.run,
            "at": self.at,
            "seq": self.seq,
            "parts": self.parts,
            "hash": self.hash,
        }
        text = json.dumps(fields, ensure_ascii=True, separators=(",", ":"))
        inert = text.replace("-", r"\u002d")
        return f"<!-- schema-ci:v1 {inert} -->"


def read_marker(body: str) -> Marker | None:
    """None for a body that is not ours, or whose marker is damaged."""
    if (match := _MARKER.match(body)) is None:
        return None
    try:
        return Marker(**json.loads(match[1]))
    except (ValueError, TypeError):
        return None


def comment_id(identity: str) -> str:
    """The marker's id of `tool|project|directory|environment|kind`."""
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def upsert_comment(
    forge: Forge, number: int, identity: str, render: Render, build: Build, head: Sha, at: datetime
) -> Published | Skipped:
    """Create the comment or edit ours; write nothing where the same text is there already."""
    text = fullest(
        render, characters=forge.comment_limit - _MARKER_ROOM, max_bytes=_MAX_BYTES - _MARKER_ROOM
    )
    marker = Marker(
        id=comment_id(identity),
        head=head,
        run=f"{build.run_id}.{build.run_attempt}",
        at=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        hash=hashlib.sha256(text.encode()).hexdigest(),
    )
    viewer = forge.viewer()
    ours = _ours(forge, number, viewer, marker.id)
    if not ours:
        return _create(forge, number, viewer, marker, text)
    oldest, *surplus = ours
    newest = max((read_marker(comment.body) or marker for comment in ours), key=_order)
    if newest.head == head and _order(newest) > _order(marker):
        return Skipped("comment", "a newer run has commented on this head")
    existing = read_marker(oldest.body)
    for comment in surplus:
        forge.delete_comment(number, comment)
    if existing is not None and existing.hash == marker.hash and _intact(oldest.body, marker.hash):
        return Skipped("comment", f"unchanged: {oldest.url}")
    return Published("comment", forge.update_comment(number, oldest, f"{marker}\n{text}").url)


def _create(
    forge: Forge, number: int, viewer: str, marker: Marker, text: str
) -> Published | Skipped:
    """Two parallel first runs may both create: both keep the oldest and delete the rest."""
    body = f"{marker}\n{text}"
    try:
        created = forge.create_comment(number, body)
    except OutcomeUnknown:
        if not (found := _ours(forge, number, viewer, marker.id)):
            raise
        created = found[-1]
    oldest, *surplus = _ours(forge, number, viewer, marker.id) or (created,)
    for comment in surplus:
        forge.delete_comment(number, comment)
    if surplus:
        oldest = forge.update_comment(number, oldest, body)
    return Published("comment", oldest.url)


def _ours(forge: Forge, number: int, viewer: str, wanted: str) -> tuple[Comment, ...]:
    """By marker and author: a marker in someone else's comment is not ours. Oldest first."""
    found = []
    for comment in forge.comments(number):
        marker = read_marker(comment.body)
        if marker is not None and marker.id == wanted and _plain(comment.author) == _plain(viewer):
            found.append(comment)
    return tuple(sorted(found, key=lambda comment: (comment.created_at, comment.id)))


def _plain(login: str) -> str:
    return login.lower().removesuffix("[bot]")


def _intact(body: str, digest: str) -> bool:
    """Whether nobody edited the text under the marker."""
    text = body.partition("\n")[2].replace("\r\n", "\n")
    return digest in {hashlib.sha256(end.encode()).hexdigest() for end in (text, text + "\n")}


def _order(marker: Marker) -> tuple[int, int, str]:
    """Runs by number where they have one, else by time."""
    run, _, attempt = marker.run.partition(".")
    if run.isdecimal() and attempt.isdecimal():
        return int(run), int(attempt), ""
    return 0, 0, marker.at
