"""A plain shell: no run, no pull request, no forge."""

from __future__ import annotations

from collections.abc import Mapping

from ci_runner.context import Build


def detect(environ: Mapping[str, str]) -> Build:
    del environ
    return Build(provider="local")
