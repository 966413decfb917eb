"""`python -m ci_runner` is `schema-ci`."""

from __future__ import annotations

from ci_runner.cli import main

main()
