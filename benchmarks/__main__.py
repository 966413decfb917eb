"""`script/bench`: choose parts, print every figure beside its target."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from pathlib import Path

import click

from benchmarks.containers import containers
from benchmarks.figures import Figure, table
from benchmarks.inspected import inspected
from benchmarks.inspected_maria import inspected as inspected_maria
from benchmarks.linted import linted, observed
from benchmarks.parts import PARTS as USUAL
from benchmarks.parts import Plan
from benchmarks.snapshots import copied, started_locally, warmed

PARTS = {
    **USUAL,
    "inspect": inspected,
    "lint": linted,
    "observe": observed,
    "inspect-maria": inspected_maria,
    "start-container": containers,
    "snapshot": copied,
    "start-local": started_locally,
    "warm": warmed,
}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("parts", nargs=-1, type=click.Choice(sorted(PARTS)))
@click.option("--files", default=300, show_default=True, help="Migration files to replay.")
@click.option("--runs", default=5, show_default=True, help="Runs of each; medians are shown.")
@click.option("--quick", is_flag=True, help="Small inputs and one run: shows that it works.")
@click.option("--json", "target", type=click.Path(path_type=Path), help="Write the figures here.")
def main(
    parts: tuple[str, ...], files: int, runs: int, target: Path | None, *, quick: bool
) -> None:
    """Measure PARTS, or all of them. Exits with 0 whether or not targets are met."""
    with tempfile.TemporaryDirectory(prefix="schema-ci-bench-") as folder:
        plan = (
            Plan(30, (10, 30), 1, Path(folder), judged=False)
            if quick
            else Plan(files, (100, 300, 1000), runs, Path(folder))
        )
        figures: list[Figure] = []
        for name in parts or tuple(PARTS):
            click.echo(f"measuring: {name}", err=True)
            figures += PARTS[name](plan)
    click.echo(table(figures))
    if target is not None:
        document = {
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "files": plan.files,
            "tables": plan.tables,
            "runs": plan.runs,
            "figures": [each.as_json() for each in figures],
        }
        target.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
