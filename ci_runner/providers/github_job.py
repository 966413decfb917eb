"""What a job of GitHub Actions can be told by files and by lines that the runner obeys.

docs.github.com/actions/reference/workflow-commands. The files' names come from the environment.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ci_runner.errors import InternalError

SUMMARY_BYTES = 1_000_000  # of 1 MiB for each step
_SUMMARY, _OUTPUT = "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"
_WORD = re.compile(r"[A-Za-z]{1,15}|[0-9]{1,7}")
# The runner hides its own token by itself.
_HIDDEN = ("GITHUB_TOKEN", "GH_TOKEN")


def summary_room(environ: Mapping[str, str]) -> int:
    """As many bytes as the step's summary has room for; 0 where there is no summary."""
    place = environ.get(_SUMMARY, "")
    if not place:
        return 0
    there = Path(place)
    return max(0, SUMMARY_BYTES - (there.stat().st_size if there.is_file() else 0) - 1)


def append_summary(environ: Mapping[str, str], text: str) -> None:
    """Below what the step's summary holds already. Raises OSError."""
    with Path(environ[_SUMMARY]).open("a", encoding="utf-8") as summary:
        summary.write(text if text.endswith("\n") else f"{text}\n")


def write_outputs(environ: Mapping[str, str], outputs: Mapping[str, str]) -> bool:
    """Give later steps `outputs`; False where the environment names no file. Raises OSError.

    Each value stands between delimiters that nobody can know before: a value can't end itself
    and begin another one.
    """
    place = environ.get(_OUTPUT, "")
    if not place:
        return False
    text = "".join(_output(name, value) for name, value in outputs.items())
    with Path(place).open("a", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return True


def _output(name: str, value: str) -> str:
    delimiter = f"ghadelimiter_{uuid.uuid4()}"
    if delimiter in value:
        raise InternalError("an output holds its own random delimiter")
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def mask_commands(environ: Mapping[str, str], secrets: Iterable[str]) -> Iterator[str]:
    """The lines that make the runner hide `secrets` in the logs of all later steps; no others do.

    A secret of several lines is hidden line by line, as the runner reads logs. A plain word is not,
    such as the password `postgres` of a job's own container: the runner would hide it wherever it
    stands, and drop every output of the job that holds it.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return
    known = {environ.get(name, "") for name in _HIDDEN}
    lines = {line.strip() for secret in secrets for line in secret.splitlines()}
    for line in sorted(lines - known):
        if line and not _WORD.fullmatch(line):
            yield f"::add-mask::{line.replace('%', '%25')}\n"
