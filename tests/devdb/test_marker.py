"""A marker is one line that tells a run of this machine that is dead from all others."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.devdb.marker import LIFETIME, Life, Marker, parse, this_run

_WORD = st.text("abcXYZ019._-", min_size=1, max_size=20)
_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(  # noqa: DTZ001 - made UTC below
    lambda when: when.replace(microsecond=0, tzinfo=UTC)
)
_MARKERS = st.builds(
    Marker,
    run=_WORD,
    host=_WORD,
    machine=_WORD,
    pid=st.integers(1, 2**22),
    pid_start=st.integers(0, 2**40),
    started=_TIMES,
    expires=_TIMES,
)


@given(_MARKERS)
def test_a_marker_reads_back_from_its_line(marker: Marker) -> None:
    assert marker == parse(str(marker))
    assert "'" not in str(marker)
    assert "\n" not in str(marker)


@given(st.text(max_size=200))
def test_other_comments_are_none(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    "part", ["run", "host", "machine", "pid", "pid-start", "started", "expires"]
)
def test_a_marker_with_a_part_missing_is_none(part: str) -> None:
    assert parse(str(this_run()).replace(f" {part}=", " other=")) is None


@pytest.mark.parametrize("wrong", ["pid=x", "started=yesterday", "expires=2026-13-01T00:00:00Z"])
def test_a_marker_with_a_wrong_part_is_none(wrong: str) -> None:
    assert parse(f"{this_run()} {wrong}") is None


def test_this_run_is_alive_and_always_the_same() -> None:
    assert this_run() is this_run()
    assert os.getpid() == this_run().pid
    assert LIFETIME == this_run().expires - this_run().started
    assert timedelta(minutes=30) > datetime.now(UTC) - this_run().started
    assert Life.ALIVE is this_run().life()


def test_a_process_that_ended_is_dead() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from ci_runner.devdb.marker import this_run; print(this_run())"],
        capture_output=True,
        text=True,
        check=True,
    )
    marker = parse(done.stdout.strip())

    assert marker is not None
    assert this_run().machine == marker.machine
    assert this_run().run != marker.run
    assert Life.DEAD is marker.life()


def test_a_number_that_another_process_has_by_now_is_dead() -> None:
    assert Life.DEAD is replace(this_run(), pid_start=this_run().pid_start + 1).life()


def test_nobody_knows_of_another_machines_run() -> None:
    assert Life.UNKNOWN is replace(this_run(), machine="elsewhere").life()
