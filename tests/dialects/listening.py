"""A real connection with an ear at it."""

from __future__ import annotations

from collections.abc import Sequence

from ci_runner.dialects.base import Connection, Outcome


class Listening:
    """Counts the questions put to the connection, and keeps every text that it answers with."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.asked = 0
        self.heard: set[str] = set()

    def execute(self, sql: str) -> Outcome:
        return self.connection.execute(sql)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        self.asked += 1
        rows = self.connection.query(sql)
        self.heard |= {value for row in rows for value in row if isinstance(value, str)}
        return rows

    def query_all(self, several: Sequence[str]) -> list[list[tuple[object, ...]]]:
        return [self.query(each) for each in several]

    def reset(self) -> None:
        self.connection.reset()

    @property
    def in_transaction(self) -> bool:
        return self.connection.in_transaction
