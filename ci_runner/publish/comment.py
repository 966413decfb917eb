"""The comment on the pull request: found by its marker, and never told twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from ci_runner.context import Build, Sha
from ci_runner.forges.base import Comment, Forge, Hiding, OutcomeUnknown
from ci_runner.frozen import frozen
from ci_runner.publish.marker import ROOM, Marker, Own, comment_id, digest, own
from ci_runner.publish.outcome import Published, Skipped
from ci_runner.publish.parts import fit
from ci_runner.publish.size import Render
from ci_runner.publish.stamp import stamp, stamped
from ci_runner.publish.talk import Talk

Mode = Literal["update", "new", "hide-and-new", "delete-and-new"]
_FOLDED = "<details><summary>Superseded by a later comment</summary>\n\n"


@frozen
class About:
    """Whose comment it is, of which commit it speaks, and what the run came to.

    `with_commit` where that commit is this run's own.
    """

    identity: str
    head: Sha
    result: str
    with_commit: bool


@frozen
class Message:
    """What is to be told. `texts` are its parts, each of which becomes a comment."""

    about: About
    run: str
    at: str
    stamp: str
    texts: tuple[str, ...]

    @property
    def id(self) -> str:
        return comment_id(self.about.identity)

    @property
    def head(self) -> Sha:
        return self.about.head

    def markers(self) -> tuple[Marker, ...]:
        result = self.about.result if self.about.with_commit else ""
        parts = len(self.texts)
        return tuple(
            Marker(self.id, self.head, self.run, self.at, digest(text), seq, parts, result)
            for seq, text in enumerate(self.texts, 1)
        )

    def body(self, marker: Marker) -> str:
        text = self.texts[marker.seq - 1]
        return f"{marker}\n{stamped(text, self.stamp) if marker.seq == 1 else text}"

    def was_told_with_its_commit(self, post: tuple[Own, ...]) -> bool:
        """Whether `post` is of the run that committed, and came to what this one comes to."""
        told = {(each.marker.head, each.marker.result) for each in post}
        return told == {(self.head, self.about.result)} and all(each.intact() for each in post)


def fitting(forge: Forge, render: Render, split: int) -> tuple[str, ...]:
    """The fullest text that fits into `split` comments. Raises ForgeError where none does."""
    return fit(
        render,
        split,
        characters=forge.comment_limit - ROOM,
        max_bytes=forge.comment_bytes - ROOM,
    )


def message(build: Build, about: About, texts: tuple[str, ...], at: datetime) -> Message:
    when = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Message(about, f"{build.run_id}.{build.run_attempt}", when, stamp(build, at), texts)


def tell(talk: Talk, new: Message, mode: Mode) -> Published | Skipped:
    """Tell it as the mode says; write nothing where the same is told already.

    A newer run that has told of the same head has the last word.
    """
    ours = _ours(talk, new.id)
    if _overtaken(ours, new):
        return Skipped("comment", "a newer run has commented on this head")
    post = _last_post(ours) if ours else ()
    if new.was_told_with_its_commit(post) and (mode != "update" or post == ours):
        return _unchanged(post[0].comment.url)
    if mode == "update":
        return _update(talk, new, ours)
    return _append(talk, new, ours, mode)


def keep_up(talk: Talk, new: Message, *, delete: bool) -> Published | Skipped:
    """Where there is nothing to tell: bring what was told last up to date, or delete all of it."""
    ours = _ours(talk, new.id)
    if not ours:
        return Skipped("comment", "there is nothing to tell")
    if _overtaken(ours, new):
        return Skipped("comment", "a newer run has commented on this head")
    if delete:
        _delete(talk, ours)
        return Skipped("comment", "there is nothing to tell: our comment was deleted")
    return _update(talk, new, _last_post(ours))


def _ours(talk: Talk, wanted: str) -> tuple[Own, ...]:
    seen = talk.now()
    return own(seen.comments, seen.viewer, wanted)


def _overtaken(ours: tuple[Own, ...], new: Message) -> bool:
    if not ours:
        return False
    newest = max((each.marker for each in ours), key=lambda marker: marker.order)
    return newest.head == new.head and newest.order > new.markers()[0].order


def _last_post(ours: tuple[Own, ...]) -> tuple[Own, ...]:
    """The comments of the last telling: as many as it had parts, if they are all there still."""
    last = ours[-1].marker
    return tuple(each for each in ours[-last.parts :] if each.marker.post == last.post)


def _update(talk: Talk, new: Message, ours: tuple[Own, ...]) -> Published | Skipped:
    """One comment for each part: the oldest is kept, all others are deleted."""
    kept, changed = _placed(talk, new, ours)
    created = tuple(each for each in kept if each not in ours)
    _delete(talk, tuple(each for each in ours if not 1 <= each.marker.seq <= len(new.texts)))
    if created:
        # Two first runs at the same time both create. A list may not know yet what we have created.
        listed = _ours(talk, new.id)
        known = {each.comment.id for each in listed}
        missed = tuple(each for each in created if each.comment.id not in known)
        kept, _ = _placed(talk, new, _oldest_first((*listed, *missed)))
    url = kept[0].comment.url
    return Published("comment", url) if created or changed else _unchanged(url)


def _placed(talk: Talk, new: Message, ours: tuple[Own, ...]) -> tuple[tuple[Own, ...], bool]:
    """The comments that hold the parts now, and whether one of them had to be edited."""
    kept, changed = [], False
    for marker in new.markers():
        mine = tuple(each for each in ours if each.marker.seq == marker.seq)
        _delete(talk, mine[1:])
        if not mine:
            kept.append(Own(_create(talk, new, marker), marker))
        elif mine[0].marker.says_what(marker) and mine[0].intact():
            kept.append(mine[0])
        else:
            talk.wrote()
            old = mine[0].comment
            talk.forge.update_comment(talk.number, old, new.body(marker))
            kept.append(mine[0])
            changed = True
    return tuple(kept), changed


def _oldest_first(ours: tuple[Own, ...]) -> tuple[Own, ...]:
    return tuple(sorted(ours, key=lambda each: (each.comment.created_at, each.comment.id)))


def _append(talk: Talk, new: Message, ours: tuple[Own, ...], mode: Mode) -> Published | Skipped:
    """A telling of its own below those of before, which are left, hidden or deleted after it."""
    last = _last_post(ours) if ours else ()
    told = _tells(last, new)
    if not told:
        last = tuple(Own(_create(talk, new, marker), marker) for marker in new.markers())
        seen, ours = ours, _ours(talk, new.id)
        if twin := _twin(seen, ours, last, new):
            _delete(talk, last)
            last = twin
    kept = {each.comment.id for each in last}
    before = tuple(each for each in ours if each.comment.id not in kept)
    if mode == "delete-and-new":
        _delete(talk, before)
    elif mode == "hide-and-new":
        for each in before:
            _hide(talk, each)
    url = last[0].comment.url
    return _unchanged(url) if told else Published("comment", url)


def _unchanged(url: str) -> Skipped:
    return Skipped("comment", f"unchanged: {url}", url=url)


def _tells(post: tuple[Own, ...], new: Message) -> bool:
    markers = new.markers()
    return len(post) == len(markers) and all(
        each.marker.says_what(marker) and each.intact()
        for each, marker in zip(post, markers, strict=True)
    )


def _twin(
    seen: tuple[Own, ...], ours: tuple[Own, ...], mine: tuple[Own, ...], new: Message
) -> tuple[Own, ...]:
    """The same about the same head, told between our look and our own telling by another run."""
    known = {each.comment.id for each in (*seen, *mine)}
    first = mine[0].comment
    between = tuple(
        each
        for each in ours
        if each.comment.id not in known
        and (each.comment.created_at, each.comment.id) < (first.created_at, first.id)
    )
    post = _last_post(between) if between else ()
    return post if post and post[0].marker.head == new.head and _tells(post, new) else ()


def _create(talk: Talk, new: Message, marker: Marker) -> Comment:
    """One whose answer got lost is looked for before anybody writes it again."""
    talk.wrote()
    try:
        return talk.forge.create_comment(talk.number, new.body(marker))
    except OutcomeUnknown:
        talk.wrote()
        for each in reversed(_ours(talk, new.id)):
            if each.marker.says_what(marker):
                talk.wrote()
                return each.comment
        raise


def _delete(talk: Talk, which: tuple[Own, ...]) -> None:
    for each in which:
        talk.wrote()
        talk.forge.delete_comment(talk.number, each.comment)


def _hide(talk: Talk, old: Own) -> None:
    """Fold it as the forge does, else in its own text; what is folded stays as it is."""
    if old.comment.hidden or old.text.startswith(_FOLDED):
        return
    talk.wrote()
    forge, comment = talk.forge, old.comment
    if isinstance(forge, Hiding) and forge.hide_comment(talk.number, comment):
        return
    body = f"{old.marker}\n{_FOLDED}{old.text.rstrip()}\n\n</details>\n"
    forge.update_comment(talk.number, comment, body)
