"""Which relations changed between two looks, told from the catalogue's own row versions.

PostgreSQL never changes what we read of a catalogue row in place: it writes another version of the
row, at another place (ctid) or by another transaction (xmin). A mark is a hash over the versions of
all rows that belong to one relation; marks that are equal mean that nothing of it was touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.rows import integer, text

# (part, oid): "relation" and "constraint" with their oid, a catalogue by its name, "rest" for all
# that is marked as a whole.
Mark = tuple[str, int]
Marks = Mapping[Mark, object]

# The catalogue's own oid goes in, or equal versions in two catalogues would cancel out in bit_xor.
_VERSION = "pg_catalog.hashtidextended(x.ctid, x.xmin::text::bigint # (x.tableoid::bigint << 32))"

# Settings that change how the server prints an expression, a default or a definition.
_PRINTING = (
    "quote_all_identifiers",
    "DateStyle",
    "IntervalStyle",
    "TimeZone",
    "extra_float_digits",
    "bytea_output",
    "standard_conforming_strings",
    "lc_monetary",
    "xmlbinary",
)


def _of(part: str, oid: str, catalogue: str, condition: str) -> str:
    return (
        f"SELECT '{part}' AS part, {oid}::bigint AS oid, {_VERSION} AS version"
        f" FROM pg_catalog.{catalogue} x WHERE {condition}"
    )


# A user object's oid is 16384 or more; 99 is pg_toast, whose tables belong to ours.
_PARTS = (
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
    # A row type and its array type come, go and are renamed with their relation.
    _of(
        "rest", "0", "pg_type", "x.typrelid = 0 AND NOT (x.typcategory = 'A' AND x.typelem IN"
        " (SELECT t.oid FROM pg_catalog.pg_type t WHERE t.typrelid <> 0))",
    ),
    _of("rest", "0", "pg_depend", "x.deptype IN ('e', 'x')"),
    _of("rest", "0", "pg_constraint", "x.contypid <> 0"),
    # To whom a sequence belongs stands in no row of its own.
    _of(
        "relation", "x.objid", "pg_depend", "x.deptype = 'a' AND x.refobjsubid > 0"
        " AND x.classid = 'pg_catalog.pg_class'::regclass"
        " AND x.objid IN (SELECT s.seqrelid FROM pg_catalog.pg_sequence s)",
    ),
    *(
        _of("rest", "0", catalogue, "true")
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
    ),
    # What not everybody may read by its versions.
    """SELECT 'pg_roles', 0, pg_catalog.hashtextextended(x.rolname, x.oid::bigint)
       FROM pg_catalog.pg_roles x""",
    """SELECT 'pg_subscription', 0, (pg_catalog.random() * 9e18)::bigint
       FROM pg_catalog.pg_subscription x, pg_catalog.pg_database b
       WHERE b.oid = x.subdbid AND b.datname = pg_catalog.current_database()""",
    """SELECT 'pg_user_mappings', 0, (pg_catalog.random() * 9e18)::bigint
       FROM pg_catalog.pg_user_mappings x""",
)
_SETTINGS = " || ' ' || ".join(
    f"pg_catalog.current_setting('{name}')" for name in sorted(_PRINTING)
)
_QUERY = f"""
SELECT part, oid, bit_xor(version)::text FROM (
{" UNION ALL ".join((*_PARTS, *_OTHERS))}
) every GROUP BY part, oid
UNION ALL SELECT 'rest', 1, {_SETTINGS}
"""


def read(connection: Connection) -> Marks:
    """Every mark of the database as it is now, in one query."""
    return {(text(part), integer(oid)): version for part, oid, version in connection.query(_QUERY)}


@dataclass(frozen=True, slots=True)
class Touched:
    """What differs, by oid: relations that changed, came and went; constraints' comments.

    `catalogues` are others that changed; `everything` is True where no list can say what may read
    differently now: a type, a routine, a schema or a setting changed.
    """

    changed: frozenset[int] = frozenset()
    new: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    constraints: frozenset[int] = frozenset()
    catalogues: frozenset[str] = frozenset()
    everything: bool = False


NOTHING = Touched()


def touched(before: Marks, after: Marks) -> Touched:
    differing = {mark for mark, version in after.items() if before.get(mark) != version}
    vanished = before.keys() - after.keys()

    def relations(several: Iterable[Mark]) -> frozenset[int]:
        return frozenset(oid for part, oid in several if part == "relation")

    return Touched(
        relations(mark for mark in differing if mark in before),
        relations(mark for mark in differing if mark not in before),
        relations(vanished),
        frozenset(oid for part, oid in differing | vanished if part == "constraint"),
        frozenset(part for part, _ in differing | vanished if part.startswith("pg_")),
        any(part == "rest" for part, _ in differing | vanished),
    )
