"""The findings on real histories that were judged by hand: tests/lint/precision.tsv."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("precision.tsv")
VERDICTS = ("right", "wrong", "dropped")


@dataclass(frozen=True, slots=True)
class Judged:
    """`finding` is (history, file, line, rule); `verdict` is one of VERDICTS.

    What was wrong and is found no longer is `dropped`.
    """

    finding: tuple[str, str, str, str]
    verdict: str
    reason: str


def judged(file: Path) -> tuple[Judged, ...]:
    """Every line of the file but its comments. Raises ValueError for one of another form."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, path, number, rule, verdict, reason = line.split("\t")
            found.append(Judged((name, path, number, rule), verdict, reason))
    return tuple(found)
