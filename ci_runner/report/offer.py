"""A missing migration as whole files, for who wants to copy them."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.report.elide import without_data
from ci_runner.report.escape import code, fence
from ci_runner.report.model import ReportedProject
from ci_runner.report.verdict import count


def offer(project: ReportedProject) -> Iterator[str]:
    """The files, or where they lie. One that holds data is not shown, and so none of them is."""
    if project.state != "differs" or not project.generated:
        return
    names = ", ".join(code(file.path) for file in project.generated)
    if project.offered == "artifact":
        yield f"**To take over**: {names} lies in <code>missing</code> beside the job's report."
    elif project.offered == "suggest" and not _holds_data(project):
        files = "\n\n".join(
            f"{code(file.path)}\n\n{fence(file.content)}" for file in project.generated
        )
        said = count(len(project.generated), "whole file")
        yield f"<details><summary>{said} to copy</summary>\n\n{files}\n\n</details>"


def _holds_data(project: ReportedProject) -> bool:
    return any(without_data(each.sql) != each.sql for each in project.plan)
