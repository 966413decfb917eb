"""SQLite: always in this process's memory."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ci_runner.devdb.engine import DevUrl, Embedded, Engine
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.server import Server
from ci_runner.dialects import dialect
from ci_runner.errors import InternalError


def _open(url: DevUrl, preparation: Preparation) -> AbstractContextManager[Server]:
    del preparation
    match url:
        case Embedded():
            from ci_runner.devdb.embedded import embedded

            return embedded(dialect("sqlite"))
        case _:
            raise InternalError(f"SQLite was asked to open {type(url).__name__}")


ENGINE = Engine("sqlite", ladder=("sqlite://",), open=_open, embedded=("sqlite",))
