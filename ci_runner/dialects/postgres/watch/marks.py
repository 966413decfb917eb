"""Which relations changed between two looks, told from the catalogue's own row versions.

PostgreSQL never changes what we read of a catalogue row in place: it writes another version of the
row, at another place (ctid) or by another transaction (xmin). A mark is a hash over the versions of
all rows that belong to one relation; marks that are equal mean that nothing of it was touched.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.read.rows import integer, text
from ci_runner.dialects.postgres.watch.prepared import Question
from ci_runner.frozen import frozen
from ci_runner.schema.shared import Shared, shared

# (part, oid): "relation" and "constraint" with their oid, a catalogue by its name, and "rest" with
# a catalogue's name for what is marked as a whole.
Mark = tuple[str, int]
Marks = Mapping[Mark, object]

# The catalogue's own oid goes in, or equal versions in two catalogues would cancel out in bit_xor.
VERSION = "pg_catalog.hashtidextended(x.ctid, x.xmin::text::bigint # (x.tableoid::bigint << 32))"


@frozen
class Part:
    """Rows of one catalogue, and what each of them is a mark of.

    `written` is the catalogue that is written to whenever one of these rows is.
    """

    part: str
    oid: str
    catalogue: str
    where: str
    written: str

    def of(self, listed: str) -> str:
        """SQL condition, in the form that the catalogue's index takes: the rows of relations.

        `listed` is SQL for an array of their oids.
        """
        if self.catalogue == "pg_depend":
            return f"{self.where} AND {self.oid} = ANY ({listed})"
        if self.catalogue != "pg_description":
            return f"{self.oid} = ANY ({listed})"
        if self.part == "constraint":
            listed = (
                "ARRAY(SELECT k.oid FROM pg_catalog.pg_constraint k"
                f" WHERE k.conrelid = ANY ({listed}))"
            )
        return f"{self.where} AND {self.oid} = ANY ({listed})"

    def rows(self) -> str:
        return (
            f"SELECT '{self.part}' AS part, {self.oid}::bigint AS oid, {VERSION} AS version"
            f" FROM pg_catalog.{self.catalogue} x WHERE {self.where}"
        )


def _of(part: str, oid: str, catalogue: str, where: str, written: str = "") -> Part:
    return Part(part, oid, catalogue, where, written or catalogue)


# A user object's oid is 16384 or more; 99 is pg_toast, whose tables belong to ours.
RELATIONS = (
    _of("relation", "x.oid", "pg_class", "x.oid >= 16384 AND x.relnamespace <> 99"),
    _of("relation", "x.attrelid", "pg_attribute", "x.attrelid >= 16384 AND x.attnum > 0"),
    _of("relation", "x.adrelid", "pg_attrdef", "true"),
    _of("relation", "x.conrelid", "pg_constraint", "x.conrelid >= 16384"),
    _of("relation", "x.indrelid", "pg_index", "x.indrelid >= 16384"),
    _of("relation", "x.inhrelid", "pg_inherits", "true"),
    _of("relation", "x.seqrelid", "pg_sequence", "true"),
    _of("relation", "x.ftrelid", "pg_foreign_table", "true"),
    _of(
        "relation", "x.objoid", "pg_description", "x.classoid = 'pg_catalog.pg_class'::regclass"
        " AND x.objoid >= 16384",
    ),
    _of(
        "constraint", "x.objoid", "pg_description",
        "x.classoid = 'pg_catalog.pg_constraint'::regclass AND x.objoid >= 16384",
    ),
    # To whom a sequence belongs stands in no row of its own.
    _of(
        "relation", "x.objid", "pg_depend", "x.deptype = 'a' AND x.refobjsubid > 0"
        " AND x.classid = 'pg_catalog.pg_class'::regclass"
        " AND x.objid IN (SELECT s.seqrelid FROM pg_catalog.pg_sequence s)",
    ),
)  # fmt: skip
_REST = (
    # A row type and its array type come, go and are renamed with their relation.
    _of(
        "rest pg_type", "0", "pg_type", "x.typrelid = 0 AND NOT (x.typcategory = 'A' AND x.typelem"
        " IN (SELECT t.oid FROM pg_catalog.pg_type t WHERE t.typrelid <> 0))",
    ),
    _of(
        "rest pg_depend", "0", "pg_depend",
        "x.refclassid = 'pg_catalog.pg_extension'::regclass AND x.deptype IN ('e', 'x')",
    ),
    _of("rest pg_constraint", "0", "pg_constraint", "x.contypid <> 0"),
    *(
        _of(f"rest {catalogue}", "0", catalogue, "true")
        for catalogue in (
            "pg_namespace", "pg_proc", "pg_operator", "pg_opclass", "pg_opfamily", "pg_enum",
            "pg_collation", "pg_extension", "pg_am", "pg_cast", "pg_language", "pg_range",
            "pg_ts_config", "pg_ts_dict", "pg_foreign_server", "pg_tablespace",
        )
    ),
)  # fmt: skip
# Everything else that some kind reads, each catalogue by itself: a kind none of whose catalogues
# changed need not be asked again.
_BY_THEMSELVES = """
    pg_aggregate pg_amop pg_amproc pg_conversion pg_default_acl pg_event_trigger
    pg_foreign_data_wrapper pg_init_privs pg_partitioned_table pg_policy pg_publication
    pg_publication_rel pg_rewrite pg_seclabel pg_statistic_ext pg_transform pg_trigger
    pg_ts_config_map pg_ts_parser pg_ts_template
""".split()
_OTHERS = (
    *(_of(catalogue, "0", catalogue, "true") for catalogue in _BY_THEMSELVES),
    _of(
        "pg_description",
        "0",
        "pg_description",
        "x.classoid NOT IN ('pg_catalog.pg_class'::regclass, 'pg_catalog.pg_constraint'::regclass)",
    ),
    # What a publication of whole schemas has of each: its own catalogue came with version 15.
    _of(
        "pg_publication",
        "1",
        "pg_depend",
        "x.refclassid = 'pg_catalog.pg_namespace'::regclass AND x.deptype = 'a'",
        "pg_publication_namespace",
    ),
)
_PARTS = (*RELATIONS, *_REST, *_OTHERS)
# What not everybody may read by its versions, by the catalogue that is written to.
_HIDDEN = {
    "pg_authid": """SELECT 'pg_roles', 0, pg_catalog.hashtextextended(x.rolname, x.oid::bigint)
       FROM pg_catalog.pg_roles x""",
    "pg_subscription": """SELECT 'pg_subscription', 0, (pg_catalog.random() * 9e18)::bigint
       FROM pg_catalog.pg_subscription x, pg_catalog.pg_database b
       WHERE b.oid = x.subdbid AND b.datname = pg_catalog.current_database()""",
    "pg_user_mapping": """SELECT 'pg_user_mappings', 0, (pg_catalog.random() * 9e18)::bigint
       FROM pg_catalog.pg_user_mappings x""",
}


_COLUMNS = {each.catalogue: each.oid for each in RELATIONS if each.part == "relation"}
_EXISTS = re.compile(r"FROM pg_catalog\.(\w+) x WHERE ")


def only(condition: str, listed: str) -> str:
    """An SQL condition on what there is of a catalogue, narrowed to rows of some relations.

    `listed` is SQL for an array of their oids.
    """
    of_domain = "x.contypid" in condition

    def narrowed(found: re.Match[str]) -> str:
        column = _COLUMNS.get(found[1])
        if column is None or found[1] in {"pg_depend", "pg_description"} or of_domain:
            return found[0]
        return f"{found[0]}{column} = ANY ({listed}) AND "

    return _EXISTS.sub(narrowed, condition)


def _query(several: Iterable[str]) -> str:
    return (
        "SELECT part, oid, bit_xor(version)::text FROM ("
        f"{' UNION ALL '.join(several)}) every GROUP BY part, oid"
    )


_EVERYTHING = _query((*(each.rows() for each in _PARTS), *_HIDDEN.values()))


def read(connection: Connection) -> Marks:
    """Every mark of the database as it is now, in one query."""
    rows = connection.query(_EVERYTHING)
    return Shared({(text(part), integer(oid)): version for part, oid, version in rows})


def of_whole(written: Collection[str]) -> Question:
    """The marks of some catalogues that tell nothing of single relations."""
    several = [each.rows() for each in (*_REST, *_OTHERS) if each.written in written]
    several += [sql for catalogue, sql in _HIDDEN.items() if catalogue in written]
    return Question(_query(several) if several else "SELECT '', 0, '' WHERE false")


def whole(rows: Iterable[tuple[object, ...]], written: Collection[str]) -> Marks:
    """The rows of that query; None for a catalogue that has none."""
    asked = [each for each in (*_REST, *_OTHERS) if each.written in written]
    # One that has lost its last row has no mark.
    empty: Marks = {(each.part, int(each.oid)): None for each in asked}
    return {**empty, **{(text(part), integer(oid)): version for part, oid, version in rows}}


@frozen
class Touched:
    """What differs, by oid: relations that changed, came and went; constraints' comments.

    `indexes` are those of the new ones that are known to be nothing else. `catalogues` are others
    that changed; `everything` is True where no list can say what may read differently now: a type,
    a routine or a schema changed.
    """

    changed: frozenset[int] = frozenset()
    new: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    constraints: frozenset[int] = frozenset()
    catalogues: frozenset[str] = frozenset()
    everything: bool = False
    indexes: frozenset[int] = frozenset()

    @property
    def relations(self) -> frozenset[int]:
        """What came and went and may be something that is no index."""
        return (self.new | self.gone) - self.indexes


NOTHING = Touched()


def touched(before: Marks, after: Marks) -> Touched:
    """What all marks of the database, read twice, tell."""
    differing = {mark for mark, version in after.items() if before.get(mark) != version}
    vanished = before.keys() - after.keys()
    return _touched(differing | vanished, before, vanished)


def _touched(differing: Collection[Mark], before: Marks, vanished: Collection[Mark]) -> Touched:
    relations = [mark for mark in differing if mark[0] == "relation"]
    gone = frozenset(oid for part, oid in vanished if part == "relation")
    known = frozenset(oid for part, oid in relations if (part, oid) in before)
    return Touched(
        known - gone,
        frozenset(oid for _, oid in relations) - known,
        gone,
        frozenset(oid for part, oid in differing if part == "constraint"),
        frozenset(part for part, _ in differing if part.startswith("pg_")),
        any(part.startswith("rest ") for part, _ in differing),
    )


def written(
    before: Marks, relations: Collection[Mark], indexes: Collection[int], others: Marks
) -> tuple[Touched, Marks]:
    """What is touched, and all marks from then on, by those of some catalogues.

    `relations` were written to by this transaction, and of the new ones `indexes` are nothing else.
    They have no mark any more that a later one could be equal to.
    """
    differing = {mark for mark, version in others.items() if before.get(mark) != version}
    unsure: Iterable[tuple[Mark, object]] = ((mark, None) for mark in relations)
    after = shared(before).exchanged((), (*unsure, *others.items()))
    touched = _touched(differing.union(relations), before, ())
    return replace(touched, indexes=frozenset(indexes)), after
