"""A real connection with an ear at it."""

from __future__ import annotations

from collections.abc import Sequence

from ci_runner.dialects.base import Connection, Outcome


class Listening:
    """Counts the exchanges with the server, and keeps every text that it answers with."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.asked = 0
        self.heard: set[str] = set()

    def execute(self, sql: str) -> Outcome:
        return self.connection.execute(sql)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        [rows] = self.query_all((sql,))
        return rows

    def query_all(self, several: Sequence[str]) -> list[list[tuple[object, ...]]]:
        self.asked += 1
        answers = self.connection.query_all(several)
        self.heard |= {
            value for rows in answers for row in rows for value in row if isinstance(value, str)
        }
        return answers

    def reset(self) -> None:
        self.connection.reset()

    @property
    def in_transaction(self) -> bool:
        return self.connection.in_transaction
