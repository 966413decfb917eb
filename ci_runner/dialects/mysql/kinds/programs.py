"""Views and stored programs: what the catalogue keeps of their text, and CREATE made of it.

The session's own sql_mode and account are what a statement runs with anyway, so they are named only
where an object has others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from ci_runner.dialects.base import Connection
from ci_runner.dialects.mysql.quote import literal, quote, unqualified
from ci_runner.dialects.mysql.read.created import bodies, created
from ci_runner.dialects.mysql.read.rows import Place, Query, Row, Told, grouped, optional, text
from ci_runner.schema.model import Identity, Trigger, View
from ci_runner.schema.routines import Event, Function, Procedure

# Of the algorithm, the columns that were named and the query only SHOW CREATE VIEW tells all: the
# catalogue leaves parentheses of joins out, and on MariaDB what is beyond U+FFFF.
_VIEWS = Query(
    """
SELECT TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, DEFINER, SECURITY_TYPE
FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE(){only} ORDER BY TABLE_NAME
""",
    "TABLE_NAME",
)
_TRIGGERS = Query(
    """
SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT,
  SQL_MODE, DEFINER
FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = DATABASE(){only}
ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER
""",
    "EVENT_OBJECT_TABLE",
)
_ROUTINES = Query(
    """
SELECT ROUTINE_TYPE, ROUTINE_NAME, DTD_IDENTIFIER, CHARACTER_SET_NAME, COLLATION_NAME,
  ROUTINE_DEFINITION, IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE, SQL_MODE, ROUTINE_COMMENT,
  DEFINER, DATABASE_COLLATION, EXTERNAL_LANGUAGE
FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE(){only}
ORDER BY ROUTINE_TYPE, ROUTINE_NAME
""",
    "ROUTINE_NAME",
)
_PARAMETERS = Query(
    """
SELECT SPECIFIC_NAME, ROUTINE_TYPE, PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER,
  CHARACTER_SET_NAME, COLLATION_NAME
FROM information_schema.PARAMETERS
WHERE SPECIFIC_SCHEMA = DATABASE() AND ORDINAL_POSITION > 0{only}
ORDER BY ROUTINE_TYPE, SPECIFIC_NAME, ORDINAL_POSITION
""",
    "SPECIFIC_NAME",
)
_EVENTS = Query(
    """
SELECT EVENT_NAME, DEFINER, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD, STARTS, ENDS, STATUS,
  ON_COMPLETION, EVENT_DEFINITION, SQL_MODE, EVENT_COMMENT, CREATED, LAST_ALTERED
FROM information_schema.EVENTS WHERE EVENT_SCHEMA = DATABASE(){only} ORDER BY EVENT_NAME
""",
    "EVENT_NAME",
)
LIBRARIES = Query(
    """
SELECT LIBRARY_NAME FROM information_schema.LIBRARIES WHERE LIBRARY_SCHEMA = DATABASE(){only}
""",
    "LIBRARY_NAME",
)
OF_RELATIONS = (_VIEWS, _TRIGGERS)
OF_ROUTINES = (_ROUTINES, _PARAMETERS)
OF_EVENTS = (_EVENTS,)
_CHECKED = re.compile(r" WITH (?:LOCAL|CASCADED) CHECK OPTION\Z")
# What MySQL adds to an INTERSECT each time that it is made: once says as much.
_NOT_NULL = re.compile(r"(\([^()]+ is not null\))(?: and \1)+")
_VIEW_HEAD = re.compile(
    r"CREATE ALGORITHM=(\w+) DEFINER=`(?:[^`]|``)*`@`(?:[^`]|``)*` SQL SECURITY \w+"
    r" VIEW `(?:[^`]|``)*` (\((?:`(?:[^`]|``)*`,?)+\) )?AS "
)
_STATUS = {"DISABLED": " DISABLE", "SLAVESIDE_DISABLED": " DISABLE ON SLAVE"}


def definer(value: object, place: Place) -> str:
    """`DEFINER = ... `, "" where it is who we are."""
    account = text(value)
    if not account or account == place.account:
        return ""
    user, _, host = account.rpartition("@")
    return f"DEFINER = {quote(user)}@{quote(host)} "


def mode(value: object, place: Place) -> str:
    """The first line of a program that was made under another sql_mode than the server's."""
    return "" if text(value) == place.mode else f"SET sql_mode = {literal(text(value))}\n"


def views(
    connection: Connection, told: Told, columns: Mapping[str, tuple[str, ...]], place: Place
) -> Iterator[View | Identity]:
    """Views, and the names of those whose text we may not see, or that are none of SQL's."""
    rows = told[_VIEWS]
    statements = created(connection, "VIEW", (text(row[0]) for row in rows if text(row[1])))
    for name, written, check, who, security in rows:
        if not text(written):
            yield Identity("view", "", text(name))
            continue
        statement = statements[text(name)]
        how, listed, query = "UNDEFINED", "", text(written)
        if statement:
            head = _VIEW_HEAD.match(statement)
            if head is None:
                yield Identity("duality view", "", text(name))
                continue
            how, listed = head[1], head[2] or ""
            query = _CHECKED.sub("", statement[head.end() :])
        if " intersect " in query:
            query = _NOT_NULL.sub(r"\1", query)
        words = "" if how == "UNDEFINED" else f"ALGORITHM = {how} "
        words += definer(who, place)
        words += "SQL SECURITY INVOKER " if text(security) == "INVOKER" else ""
        behind = "" if text(check) == "NONE" else f" WITH {text(check)} CHECK OPTION"
        yield View(
            "",
            text(name),
            columns.get(text(name), ()),
            f"{words}VIEW {quote(text(name))} {listed}AS"
            f" {unqualified(query, place.database)}{behind}",
        )


def triggers(connection: Connection, told: Told, place: Place) -> Iterator[Trigger | Identity]:
    """In the order in which they fire, and the names of those whose text we may not see."""
    rows = told[_TRIGGERS]
    actions = bodies(connection, "TRIGGER", {text(row[1]): text(row[4]) for row in rows})
    for table, name, timing, event, _, sql_mode, who in rows:
        action = actions[text(name)]
        if not action:
            yield Identity("trigger", "", text(name), text(table))
            continue
        yield Trigger(
            "",
            text(table),
            text(name),
            f"{mode(sql_mode, place)}CREATE {definer(who, place)}TRIGGER {quote(text(name))}"
            f" {text(timing)} {text(event)} ON {quote(text(table))} FOR EACH ROW {action}",
        )


def routines(
    connection: Connection, told: Told, place: Place
) -> Iterator[Function | Procedure | Identity]:
    """Routines, and the names of those that we can't make again: packages, hidden bodies."""
    listed = grouped(told[_PARAMETERS], lambda row: f"{text(row[1])} {text(row[0])}")
    rows = told[_ROUTINES]
    listed_of = {
        kind: {text(row[1]): text(row[5]) for row in rows if text(row[0]) == kind and _is_ours(row)}
        for kind in ("FUNCTION", "PROCEDURE")
    }
    written_of = {kind: bodies(connection, kind, each) for kind, each in listed_of.items()}
    for row in rows:
        kind, name = text(row[0]), text(row[1])
        if not _is_ours(row):
            yield Identity(f"{text(row[13]).lower()} {kind.lower()}", "", name)
            continue
        if "ORACLE" in text(row[9]).split(","):
            yield Identity(f"oracle {kind.lower()}", "", name)
            continue
        written = written_of.get(kind, {}).get(name, "")
        if not written:
            yield Identity(kind.lower(), "", name if text(row[5]) else f"{name}()")
            continue
        arguments = ", ".join(
            _parameter(each, kind, text(row[12])) for each in listed.get(f"{kind} {name}", ())
        )
        result = _typed(row[2:5], "") if kind == "FUNCTION" else ""
        definition = _routine((*row[:5], written, *row[6:]), arguments, result, place)
        comment = optional(row[10]) or None
        if kind == "FUNCTION":
            yield Function(
                "", name, "", arguments, "SQL", result, definition, written, comment=comment
            )
        else:
            yield Procedure(
                "", name, "", "", arguments, "SQL", definition, written, comment=comment
            )


def _is_ours(row: Row) -> bool:
    return row[13] is None or text(row[13]) == "SQL"


def _parameter(row: Row, kind: str, usual: str) -> str:
    _, _, direction, name, *type_ = row
    said = f"{text(direction)} " if kind == "PROCEDURE" else ""
    return f"{said}{quote(text(name))} {_typed(type_, usual)}"


def _typed(row: Iterable[object], usual: str) -> str:
    """A type with its character set, unless its collation is the `usual` one."""
    type_, charset, collation = row
    if charset is None or text(collation) == usual:
        return text(type_)
    return f"{text(type_)} CHARSET {text(charset)} COLLATE {text(collation)}"


def _routine(row: Row, arguments: str, result: str, place: Place) -> str:
    kind, name, _, _, _, body, deterministic, access, security, sql_mode, comment, who, *_ = row
    kept = "AGGREGATE " if _is_aggregate(text(kind), text(body)) else ""
    head = f"{mode(sql_mode, place)}CREATE {definer(who, place)}{kept}{text(kind)}"
    words = [f"{head} {quote(text(name))}({arguments})"]
    if result:
        words.append(f"RETURNS {result}")
    words += ["DETERMINISTIC"] if text(deterministic) == "YES" else []
    words += [text(access)] if text(access) != "CONTAINS SQL" else []
    words += ["SQL SECURITY INVOKER"] if text(security) == "INVOKER" else []
    words += [f"COMMENT {literal(text(comment))}"] if text(comment) else []
    return "\n".join([" ".join(words), text(body)])


def _is_aggregate(kind: str, body: str) -> bool:
    """MariaDB's catalogue does not say; only an aggregate may fetch its group's next row."""
    return kind == "FUNCTION" and "fetch group next row" in " ".join(body.lower().split())


def events(connection: Connection, told: Told, place: Place) -> Iterator[Event | Identity]:
    """Events, and the names of those whose text we may not see."""
    rows = told[_EVENTS]
    actions = bodies(connection, "EVENT", {text(row[0]): text(row[9]) for row in rows})
    for row in rows:
        name, who, _, _, _, _, _, status, completion, _, sql_mode, comment, _, _ = row
        action = actions[text(name)]
        if not action:
            yield Identity("event", "", text(name))
            continue
        kept = " ON COMPLETION PRESERVE" if text(completion) == "PRESERVE" else ""
        said = f" COMMENT {literal(text(comment))}" if text(comment) else ""
        yield Event(
            "",
            text(name),
            f"{mode(sql_mode, place)}CREATE {definer(who, place)}EVENT {quote(text(name))}"
            f" ON SCHEDULE {_schedule(row)}{kept}{_STATUS.get(text(status), '')}{said}"
            f" DO {action}",
            optional(comment) or None,
        )


def _schedule(row: Row) -> str:
    """STARTS is left out where it is the moment at which the event was made or altered."""
    _, _, at, every, unit, starts, ends, *_ = row
    if at is not None:
        return f"AT {literal(text(at))}"
    value = text(every) if text(every).isdigit() else literal(text(every).strip("'"))
    said = f"EVERY {value} {text(unit)}"
    if starts is not None and not _is_when_made(starts, row):
        said += f" STARTS {literal(text(starts))}"
    return said + (f" ENDS {literal(text(ends))}" if ends is not None else "")


def _is_when_made(starts: object, row: Row) -> bool:
    moments = (row[12], row[13])
    return any(
        isinstance(moment, datetime)
        and isinstance(starts, datetime)
        and abs((starts - moment).total_seconds()) <= 1
        for moment in moments
    )
