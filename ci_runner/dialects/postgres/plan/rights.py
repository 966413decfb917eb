"""The way from some rights to others, as GRANT and REVOKE go it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal

from ci_runner.dialects.postgres.quote import quote
from ci_runner.frozen import frozen
from ci_runner.schema.access import Right, Rights

Verb = Literal["GRANT", "REVOKE", "REVOKE GRANT OPTION FOR"]
# The column, "" for none, and the privilege.
_Key = tuple[str, str]
_Held = dict[_Key, bool]


@frozen
class Step:
    """One statement's part: `rights` as it lists them, and what is held `after` it."""

    verb: Verb
    rights: str
    grantable: bool
    after: Rights

    def sql(self, on: str, role: str, *, cascade: bool = False) -> str:
        """`on` is SQL such as `ON TABLE public.users`."""
        if self.verb == "GRANT":
            option = " WITH GRANT OPTION" if self.grantable else ""
            return f"GRANT {self.rights} {on} TO {role}{option}"
        return f"{self.verb} {self.rights} {on} FROM {role}{' CASCADE' if cascade else ''}"


# A thousand tables have the same few lists.
@lru_cache(maxsize=512)
def rights(words: tuple[str, ...], column: str = "") -> Rights:
    """Rights from the catalogue's query: `SELECT`, or `SELECT*` with grant option."""
    held: _Held = {}
    for word in words:
        privilege = word.removesuffix("*")
        held[column, privilege] = held.get((column, privilege), False) or word.endswith("*")
    return _frozen(held)


def path(before: Rights, after: Rights) -> Iterator[Step]:
    """Statements from one to the other: first what is taken away, then what is given.

    To take a privilege, or its grant option, from the whole of a table takes it from the columns
    as well (postgresql.org, sql-revoke); what they are to keep is given again.
    """
    held, goal = _held(before), _held(after)
    gone = held.keys() - goal.keys()
    if gone:
        whole = {privilege for column, privilege in gone if not column}
        listed = {key for key in gone if not key[0] or key[1] not in whole}
        held = {key: option for key, option in held.items() if not _is_in(key, gone, whole)}
        yield Step("REVOKE", _listed(listed), False, _frozen(held))
    lost = {key for key, option in held.items() if option and not goal[key]}
    if lost:
        whole = {privilege for column, privilege in lost if not column}
        listed = {key for key in lost if not key[0] or key[1] not in whole}
        held = {key: option and not _is_in(key, lost, whole) for key, option in held.items()}
        yield Step("REVOKE GRANT OPTION FOR", _listed(listed), False, _frozen(held))
    for grantable in (False, True):
        given = {
            key
            for key, option in goal.items()
            if option == grantable and held.get(key) != grantable
        }
        if given:
            held |= dict.fromkeys(given, grantable)
            yield Step("GRANT", _listed(given), grantable, _frozen(held))


def takes(before: Rights, after: Rights) -> bool:
    """Whether the way to `after` takes something away."""
    return any(step.verb != "GRANT" for step in path(before, after))


def joined(*several: Rights) -> Rights:
    """What a role holds that was given all of these."""
    held: _Held = {}
    for each in several:
        for key, option in _held(each).items():
            held[key] = held.get(key, False) or option
    return _frozen(held)


def _is_in(key: _Key, keys: Iterable[_Key], whole: Iterable[str]) -> bool:
    return key in keys or key[1] in whole


def _held(several: Rights) -> _Held:
    return {(each.column, each.privilege): each.grantable for each in several}


def _frozen(held: Mapping[_Key, bool]) -> Rights:
    return tuple(sorted(Right(column, name, option) for (column, name), option in held.items()))


def _listed(keys: Iterable[_Key]) -> str:
    """`SELECT, UPDATE (name, email)`."""
    columns: dict[str, list[str]] = defaultdict(list)
    for column, privilege in sorted(keys):
        columns[privilege] += [quote(column)] if column else []
    whole = {privilege for column, privilege in keys if not column}
    words = sorted(whole)
    words += [f"{name} ({', '.join(columns[name])})" for name in sorted(columns) if columns[name]]
    return ", ".join(words)
