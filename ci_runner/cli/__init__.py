"""The command line: arguments in, exit code out; one module per command group."""

from __future__ import annotations

from ci_runner.cli.main import main

__all__ = ["main"]
