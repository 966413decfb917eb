"""The Dockerfile itself: what holds for its default base too, which no test can pull."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.checkout import CHECKOUT

FILE = CHECKOUT / "Dockerfile"
TEXT = FILE.read_text(encoding="utf-8")


def instructions(name: str) -> list[str]:
    joined = TEXT.replace("\\\n", " ")
    return [line.partition(" ")[2].strip() for line in joined.splitlines() if line.startswith(name)]


def test_hadolint_finds_nothing_in_it() -> None:
    command = Path(sys.executable).with_name("hadolint")

    done = subprocess.run((command, FILE), capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stdout + done.stderr


def test_t19_the_default_base_is_a_slim_python_by_digest() -> None:
    (base,) = [each for each in instructions("ARG ") if each.startswith("BASE=")]

    assert re.fullmatch(r"BASE=python:3\.1[1-9]-slim-\w+@sha256:[0-9a-f]{64}", base)
    assert ["${BASE} AS build", "${BASE}"] == instructions("FROM ")


def test_t19_what_is_installed_is_locked_by_hash() -> None:
    installs = [each for each in instructions("RUN ") if "pip install" in each]

    assert installs
    assert all("--require-hashes" in each and "--only-binary :all:" in each for each in installs)


def test_t18_it_runs_as_nobody_and_gives_the_job_a_shell() -> None:
    assert ["1000:1000"] == instructions("USER ")
    assert [] == instructions("ENTRYPOINT ")
    assert [] == [each for each in instructions("ENV ") if "TOKEN" in each or "PIP_" in each]
