"""The registry of kinds is its folder."""

from __future__ import annotations

from pathlib import Path

from ci_runner.dialects.postgres import kinds
from ci_runner.dialects.postgres.kinds import KINDS


def test_the_registry_equals_the_folder() -> None:
    folder = Path(kinds.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}

    assert files == {kind.read.__module__.rsplit(".", 1)[-1] for kind in KINDS}


def test_every_kind_has_a_type_of_its_own() -> None:
    assert len(KINDS) == len({kind.type for kind in KINDS})
