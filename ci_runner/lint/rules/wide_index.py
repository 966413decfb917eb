"""An index over many columns, or a table with many indexes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ci_runner.dialects.mysql.parse.names import plain
from ci_runner.lint.designs import in_the_end, listed, of_table
from ci_runner.lint.options import RuleOption, number, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity, Index, PrimaryKey, Table, Unique

_COLUMNS, _KEY, _PER_TABLE = 3, 5, 12


def _check(review: Review) -> Iterator[Hit]:
    options = review.options.get(RULE.id, {})
    widest = number(options, "columns", _COLUMNS)
    longest = number(options, "key", _KEY)
    most = number(options, "per-table", _PER_TABLE)
    methods = {each.lower() for each in texts(options, "kinds")}
    end = in_the_end(review)
    indexes = end.of_type(Index) if end else ()
    count = Counter(Identity("table", each.schema, each.table) for each in indexes)
    said: set[Identity] = set()
    for each in review.arriving(Index, PrimaryKey, Unique):
        match each.new:
            case Index(unique=False, keys=keys, name=name) if each.created and each.old is None:
                if len(keys) > widest:
                    yield Hit(f"index {name} has {len(keys)} columns", each.step)
                elif methods and each.new.method not in methods:
                    yield Hit(f"index {name} is of the kind {each.new.method}", each.step)
                elif count[each.table] > most and each.table not in said:
                    said.add(each.table)
                    table = of_table(review, each.table)
                    yield Hit(f"{table} has {count[each.table]} indexes now", each.step)
            case PrimaryKey(columns=keys, name=name) | Unique(columns=keys, name=name):
                if len(keys) > longest and each.old is None:
                    yield Hit(f"key {name} has {len(keys)} columns", each.step)
            case _:
                pass
    if review.dialect == "mysql":
        yield from _cut(review)


def _cut(review: Review) -> Iterator[Hit]:
    """Keys over the beginnings of long values, which tell two of them apart no further."""
    end = in_the_end(review)
    for each in review.arrivals:
        match each.new:
            case Index(keys=keys, method="btree", name=name) | PrimaryKey(columns=keys, name=name):
                table = end.get(each.table) if end else None
                columns = (
                    [table.column(key) for key in plain(keys)] if isinstance(table, Table) else []
                )
                long = [one.name for one in columns if one and one.type.endswith(("text", "blob"))]
                if long and each.created and each.old is None:
                    yield Hit(f"key {name} holds only the beginning of {listed(long)}", each.step)
            case _:
                pass


RULE = Rule(
    id="wide-index",
    title="Index over many columns, or many indexes",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="Every write pays for every index. Behind the second or third column an index rarely finds"
    " rows faster, and is larger than the table in the end.",
    instead="The columns by which rows are found, the most telling first; others as INCLUDE.",
    check=_check,
    aliases=(
        "add_index_columns",
        "GN005",
        "WideIndexCheck",
        "INDEX_KEY_NUMBER_LIMIT",
        "INDEX_TOTAL_NUMBER_LIMIT",
    ),
    options=(
        RuleOption("columns", "number", "columns of an index that is not unique; usually 3"),
        RuleOption("key", "number", "columns of a primary key or unique constraint; usually 5"),
        RuleOption("per-table", "number", "indexes of a table; usually 12"),
        RuleOption("kinds", "texts", "kinds of index that this team uses: btree, gin and the like"),
    ),
    group="performance",
)
