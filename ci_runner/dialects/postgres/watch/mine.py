"""What the transaction of this session has written to the catalogue itself, by relation.

A row that it has written has an xmin of its own, so that no older look need be compared with. Where
to search is told by the locks: who changes a relation has nearly always locked it. Whether nothing
was missed is told by the server's counts: each row written is found once, or there is another one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field

from ci_runner.dialects.postgres.read.rows import integer, text
from ci_runner.dialects.postgres.watch.marks import RELATIONS, VERSION, Mark, Part
from ci_runner.dialects.postgres.watch.prepared import Question, listed
from ci_runner.frozen import frozen

# What is deleted from these leaves no row to be found. Who deletes a default has written to its
# column, and who lets a sequence go to the sequence.
LOSING = frozenset(each.written for each in RELATIONS) - {"pg_attrdef", "pg_depend"}
# Rows of pg_depend are written for whatever there is.
_COUNTED = frozenset(each.written for each in RELATIONS) - {"pg_depend"}
_INDEXES = ("relation pg_class i", "relation pg_class I")
_SORTS = {"pg_class": " || x.relkind::text"}
# No such row is older: the catalogue has no other with so young an xmin.
_WRITTEN = """pg_catalog.age(x.xmin) <= (SELECT pg_catalog.age((o.id % 4294967296)::text::xid)
    FROM pg_catalog.txid_current_if_assigned() o (id))"""


@frozen
class Mine:
    """Marks of what was written, by catalogue, relation and its sort; the last command that wrote.

    `rows` are those that were written since the look before, by catalogue.
    """

    marks: Mapping[tuple[str, int], object] = field(default_factory=dict)
    command: int = -1
    rows: Mapping[str, int] = field(default_factory=dict)

    def misses(self, written: Mapping[str, tuple[int, int]]) -> frozenset[str]:
        """The catalogues of whose rows (written, deleted) that were counted not all were found.

        A row counts once, whatever has become of it, so that none can make up for another.
        """
        return frozenset(
            name
            for name, (rows, _) in written.items()
            if name in _COUNTED and self.rows.get(name, 0) != rows
        )

    def after(self, later: Mine) -> Mine:
        """Both, where `later` has read something more, or again."""
        return Mine(
            {**self.marks, **later.marks},
            max(self.command, later.command),
            {**self.rows, **later.rows},
        )

    def touched(self, later: Mine) -> tuple[frozenset[Mark], frozenset[int]]:
        """Relations and constraints that `later` finds otherwise; and which are mere indexes."""
        differing = [each for each, mark in later.marks.items() if self.marks.get(each) != mark]
        return (
            frozenset((label.split(" ")[0], oid) for label, oid in differing),
            frozenset(oid for label, oid in differing if label in _INDEXES),
        )


def question(
    catalogues: Collection[str], since: int, relations: Collection[int] | None = None
) -> Question:
    """What `read` reads: of some relations, or of all.

    `since` is the last command that is known.
    """
    narrow = relations is not None
    several = [_rows(each, narrow=narrow) for each in RELATIONS if each.written in catalogues]
    if not several:
        return Question("SELECT '', '', 0, '', 0, 0 WHERE false")
    sql = f"""
SELECT r.part, r.catalogue, r.oid, (bit_xor(r.version) FILTER (WHERE r.told))::text,
       count(*) FILTER (WHERE r.command > $1), max(r.command)
FROM ({" UNION ALL ".join(several)}) r GROUP BY r.part, r.catalogue, r.oid"""
    command = ("int8", f"'{since}'")
    return Question(sql, (command,) if relations is None else (command, listed(relations)))


def _rows(each: Part, *, narrow: bool) -> str:
    """All rows of these relations count; those that nobody reads give no mark."""
    where = each.of("$2") if narrow else each.where
    return f"""
SELECT '{each.part} {each.catalogue} '{_SORTS.get(each.catalogue, "")} AS part,
       '{each.catalogue}' AS catalogue, {each.oid}::bigint AS oid, {VERSION} AS version,
       {each.where if narrow else "true"} AS told, x.cmin::text::bigint AS command
FROM pg_catalog.{each.catalogue} x WHERE {where} AND {_WRITTEN}"""


def read(rows: Iterable[tuple[object, ...]]) -> Mine:
    """What the rows of `question` say."""
    marks: dict[tuple[str, int], object] = {}
    found: dict[str, int] = {}
    command = -1
    for part, catalogue, oid, mark, count, last in rows:
        if mark is not None:
            marks[text(part), integer(oid)] = mark
        found[text(catalogue)] = found.get(text(catalogue), 0) + integer(count)
        command = max(command, integer(last))
    return Mine(marks, command, found)
