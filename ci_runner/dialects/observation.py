"""Say what a statement did to a database, by a look before it and one behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ci_runner.dialects.base import Lock, OnlineDdl, Sighting
from ci_runner.frozen import frozen
from ci_runner.schema.changes import Change, Rename
from ci_runner.schema.diff import diff
from ci_runner.schema.model import Identity
from ci_runner.schema.shared import differing


@frozen
class Observation:
    """What one statement did, seen from outside.

    `scanned` are relations that were there before and were read from end to end. `online` is how a
    table could be changed, on engines that say so; `committed` whether the statement ended a
    transaction that was open, without saying so. `metadata_locks` are MySQL's and MariaDB's: to be
    changed, a table must be let go by all who use it in a transaction, and those who come later
    wait behind.
    """

    changes: tuple[Change, ...] = ()
    rewritten: tuple[Identity, ...] = ()
    locks: tuple[Lock, ...] = ()
    scanned: tuple[Identity, ...] = ()
    online: OnlineDdl | None = None
    committed: bool = False
    metadata_locks: tuple[Lock, ...] = ()


def compare(before: Sighting, after: Sighting) -> Observation:
    """Say what happened between two looks: renames proven by handle, rewrites, new locks."""
    renames = sorted(_renames(before, after), key=lambda rename: rename.new.identity)
    renamed = {rename.old.identity for rename in renames} | {
        rename.new.identity for rename in renames
    }
    changes = [
        change for change in diff(before.schema, after.schema) if change.identity not in renamed
    ]
    rewritten = (
        identity
        for identity in differing(before.storage, after.storage)
        if identity in before.storage
        and after.storage.get(identity, before.storage[identity]) != before.storage[identity]
    )
    locks = (lock for lock in after.locks - before.locks if lock.relation in before.handles)
    return Observation(
        (*renames, *changes),
        tuple(sorted(rewritten)),
        tuple(sorted(locks, key=lambda lock: (lock.relation, lock.mode))),
        tuple(
            sorted(
                _scanned(before, after, {each.new.identity: each.old.identity for each in renames})
            )
        ),
    )


def _scanned(
    before: Sighting, after: Sighting, names: Mapping[Identity, Identity]
) -> Iterator[Identity]:
    """Under the names from before."""
    for identity, times in after.scans.items():
        known = names.get(identity, identity)
        if known in before.handles and times > before.scans.get(known, 0):
            yield known


def _renames(before: Sighting, after: Sighting) -> Iterator[Rename]:
    """What has the handle that another name had, where that name is taken by nobody now."""
    names = tuple(differing(before.handles, after.handles))
    arrived = {
        after.handles[identity]: identity
        for identity in names
        if identity in after.handles and before.handles.get(identity) != after.handles[identity]
    }
    for was in names if arrived else ():
        identity = arrived.get(before.handles.get(was, ""))
        if identity is None or was in after.handles:
            continue
        old, new = before.schema.get(was), after.schema.get(identity)
        if old is not None and new is not None:
            yield Rename(old, new)
