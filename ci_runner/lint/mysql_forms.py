"""Safe forms of MySQL's and MariaDB's statements: one word for another, the rest as it stands."""

from __future__ import annotations

from ci_runner.dialects.mysql.parse.tokens import tokenize
from ci_runner.dialects.mysql.watch.online import alteration
from ci_runner.migrations.history import Step

_STRONG = frozenset({"COPY", "SHARED", "EXCLUSIVE"})


def least(step: Step) -> tuple[str, ...]:
    """MySQL's statement without the copy or lock that it asks for beyond need."""
    sql = step.statement.text
    tokens = tokenize(sql)
    words = [token.word for token in tokens]
    for at, word in enumerate(words):
        value = at + (2 if words[at + 1 : at + 2] == ["="] else 1)
        if word in {"ALGORITHM", "LOCK"} and words[value : value + 1] and words[value] in _STRONG:
            before = words[at - 1] == ","
            start = tokens[at - 2 if before else at - 1].end
            end = tokens[value + (words[value + 1 : value + 2] == [","] and not before)].end
            return (sql[:start] + sql[end:],)
    return ()


def named_algorithm(step: Step) -> tuple[str, ...]:
    """MySQL's statement with the least that the server was seen to need."""
    what, ddl = alteration(step.statement.text), step.observed.online
    if what is None or ddl is None:
        return ()
    return (what.asking(ddl.algorithm, "" if ddl.algorithm == "INSTANT" else ddl.lock),)


def modified(step: Step) -> tuple[str, ...]:
    """MODIFY in the place of each CHANGE that gives a column the name that it has."""
    sql = step.statement.text
    tokens = tokenize(sql)
    for at in reversed(range(len(tokens) - 2)):
        if tokens[at].word != "CHANGE":
            continue
        column = at + (2 if tokens[at + 1].word == "COLUMN" else 1)
        old, new = (each.name.lower() for each in tokens[column : column + 2])
        if not old or old != new:
            return ()
        start = tokens[at].end - len("CHANGE")
        again = tokens[column].end
        sql = f"{sql[:start]}MODIFY{sql[tokens[at].end : again]}{sql[tokens[column + 1].end :]}"
    return (sql,) if sql != step.statement.text else ()
