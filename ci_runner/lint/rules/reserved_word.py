"""A name that is a word of SQL."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.names import Given
from ci_runner.dialects.postgres.parse.words import is_reserved
from ci_runner.lint.names import named
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# sqlite.org/lang_keywords: those that no name may be without quotes.
_SQLITE = frozenset(
    "add all alter and as autoincrement between case check collate commit constraint create default"
    " deferrable delete distinct drop else escape except exists foreign from group having in index"
    " insert intersect into is isnull join limit not notnull null on or order primary references"
    " select set table then to transaction union unique update using values when where".split()
)
# mariadb.com/kb, Reserved Words; dev.mysql.com, Keywords and Reserved Words: what needs quotes.
_MYSQL = frozenset(
    "add all alter analyze and as asc before between bigint binary blob both by call cascade case"
    " change char character check collate column condition constraint continue convert create cross"
    " cube current_date current_time current_timestamp current_user cursor database databases"
    " day_hour day_minute day_second dec decimal declare default delayed delete desc describe"
    " deterministic distinct div double drop dual each else elseif empty enclosed escaped except"
    " exists exit explain false fetch float for force foreign from fulltext function generated get"
    " grant group grouping groups having hour_minute hour_second if ignore in index infile inner"
    " inout insert int integer intersect interval into is iterate join json_table key keys kill"
    " lateral lead leading leave left like limit lines load localtime lock long longblob longtext"
    " loop match mediumblob mediumint mediumtext mod natural not null numeric of on optimize option"
    " or order out outer outfile over partition percent_rank precision primary procedure purge"
    " range rank read real recursive references regexp release rename repeat replace require"
    " resignal restrict return returning revoke right rlike row row_number rows schema schemas"
    " select sensitive separator set show signal smallint spatial specific sql ssl starting stored"
    " straight_join system table terminated then tinyblob tinyint tinytext to trailing trigger true"
    " undo union unique unlock unsigned update usage use using values varbinary varchar virtual"
    " when where while window with write xor year_month zerofill".split()
)


def _check(review: Review) -> Iterator[Hit]:
    for step, each in review.once(named):
        if _clashes(review.dialect, each):
            yield Hit(f"{each.kind} {each.name} is called by a word of SQL", step)


def _clashes(dialect: str, each: Given) -> bool:
    """A word that has to be quoted, or the word for its own kind: a procedure called procedure."""
    if dialect != "postgres":
        return each.name.lower() in (_SQLITE if dialect == "sqlite" else _MYSQL)
    return is_reserved(each.name) or each.name in each.kind.split()


RULE = Rule(
    id="reserved-word",
    title="Name that is a word of SQL",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="It has to be quoted in every query for ever, and tools that forget it fail.",
    instead="Say what it is: orders or user_account, not order or user.",
    check=_check,
    aliases=("PGM509", "NM011", "NAMING_IDENTIFIER_NO_KEYWORD", "NAMING_TABLE_NO_KEYWORD"),
    group="style",
)
