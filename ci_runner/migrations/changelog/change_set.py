"""A change set of Liquibase as a value: its SQL, its options, and what must hold before it runs."""

from __future__ import annotations

from typing import Literal

from ci_runner.frozen import frozen

# What Liquibase knows as the engine's name, by our dialect.
PRODUCTS = {
    "postgres": frozenset({"postgresql"}),
    "mysql": frozenset({"mysql", "mariadb"}),
    "sqlite": frozenset({"sqlite"}),
}

OnFail = Literal["HALT", "CONTINUE", "MARK_RAN", "WARN"]


@frozen
class Parameter:
    """What `${name}` stands for. `dbms` are the engines that it is meant for, () for all."""

    name: str
    value: str
    dbms: tuple[str, ...] = ()


@frozen
class Condition:
    """A query whose one value must be `expected`, or a table or view that must be there.

    `line` is that of its file, from 1; `schema` is "" for the default one.
    """

    kind: Literal["sql", "table", "view"]
    text: str
    line: int
    expected: str = ""
    schema: str = ""


@frozen
class Options:
    """What stands behind author and id. `delimiter` is "" where none is given, `dbms` () for all.

    `unknown` are those that Liquibase passes over.
    """

    split: bool = True
    delimiter: str = ""
    transaction: bool = True
    on_change: bool = False
    always: bool = False
    must_succeed: bool = True
    ignored: bool = False
    dbms: tuple[str, ...] = ()
    logical_path: str = ""
    unknown: tuple[str, ...] = ()


@frozen
class ChangeSet:
    """One change set. `line` is that of its `--changeset`, `body` the text from the next line on.

    In `body` what is no SQL is left out but for its line ends; `parameters` are those it names.
    `on_fail` and `on_error` say what becomes of it when a condition is not met, or can't be asked.
    `tolerates` is whether an edit is declared to be of no importance, by `validCheckSum: ANY`.
    """

    author: str
    id: str
    line: int
    body: str
    options: Options = Options()
    parameters: tuple[Parameter, ...] = ()
    conditions: tuple[Condition, ...] = ()
    on_fail: OnFail = "HALT"
    on_error: OnFail = "HALT"
    reversible: bool = False
    tolerates: bool = False

    @property
    def sum(self) -> str:
        """What changes when Liquibase's checksum does: the SQL, but not its blanks."""
        return " ".join(self.body.split()) + repr(self.parameters)

    @property
    def work(self) -> str:
        """All that decides what is run."""
        return repr((self.body, self.options, self.parameters, self.conditions, self.on_fail))

    def is_for(self, dialect: str) -> bool:
        return is_meant_for(self.options.dbms, dialect)


def is_meant_for(dbms: tuple[str, ...], dialect: str) -> bool:
    """Whether a list such as `postgresql,!h2` speaks of our dialect.

    MySQL and MariaDB are one dialect: what is for either is for it.
    """
    products = PRODUCTS[dialect]
    if not dbms or "all" in dbms:
        return True
    if "none" in dbms:
        return False
    refused = {each[1:] for each in dbms if each.startswith("!")}
    wanted = {each for each in dbms if not each.startswith("!")}
    return bool(products & wanted) if wanted else not products <= refused
