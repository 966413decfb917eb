"""Answers of a real MySQL server, kept by script/record-mysql and told again to our code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ci_runner.dialects.base import Connection, Failure, Outcome, StatementFailed
from ci_runner.dialects.mysql.read.rows import Row

RECORDED = Path(__file__).parent / "recorded.json"
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - as PyMySQL reads a DATETIME


class Recorder:
    """A connection whose answers and refusals are kept by statement."""

    def __init__(self, connection: Connection, database: str) -> None:
        self._connection = connection
        self._database = database
        self.answers: dict[str, object] = {}

    def query(self, sql: str) -> list[Row]:
        with self._refusals(sql):
            rows = self._connection.query(sql)
        self.answers[sql] = [[self._written(value) for value in row] for row in rows]
        return rows

    def query_all(self, several: Sequence[str]) -> list[list[Row]]:
        return [self.query(each) for each in several]

    def execute(self, sql: str) -> Outcome:
        with self._refusals(sql):
            outcome = self._connection.execute(sql)
        self.answers[sql] = {}
        return outcome

    @contextmanager
    def _refusals(self, sql: str) -> Iterator[None]:
        try:
            yield
        except StatementFailed as failed:
            message = self._written(failed.failure.message)
            self.answers[sql] = {"refused": [failed.failure.code, message]}
            raise

    def reset(self) -> None:
        self._connection.reset()

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def _written(self, value: object) -> object:
        """Nothing that another run of the same would tell otherwise."""
        if isinstance(value, datetime):
            return {"at": value.isoformat() if value.year >= 2030 else _MADE.isoformat()}
        if isinstance(value, bytes):
            return {"bytes": value.decode()}
        if isinstance(value, str):
            return value.replace(self._database, "shop")
        return value


class Recorded:
    """The connection that tells the recording, and fails on what was never asked of the server."""

    def __init__(self, part: str) -> None:
        self._answers: Mapping[str, object] = json.loads(RECORDED.read_text())[part]
        self.ran: list[str] = []

    def query(self, sql: str) -> list[Row]:
        rows = self._answer(sql)
        assert isinstance(rows, list)
        return [tuple(_read(value) for value in row) for row in rows]

    def query_all(self, several: Sequence[str]) -> list[list[Row]]:
        return [self.query(each) for each in several]

    def execute(self, sql: str) -> Outcome:
        self.ran.append(sql)
        self._answer(sql)
        return Outcome()

    def _answer(self, sql: str) -> object:
        match self._answers[sql]:
            case {"refused": [str(code), str(message)]}:
                raise StatementFailed(Failure(message, code))
            case answer:
                return answer

    def reset(self) -> None:
        raise AssertionError

    @property
    def in_transaction(self) -> bool:
        return False


def _read(value: object) -> object:
    match value:
        case {"at": str(written)}:
            return datetime.fromisoformat(written)
        case {"bytes": str(written)}:
            return written.encode()
        case _:
            return value
