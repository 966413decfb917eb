"""Where a file is shown to readers of a comment: as a link where there is something to link to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from ci_runner.frozen import frozen
from ci_runner.report.escape import blob_url, code
from ci_runner.report.model import Report, ReportedBuild, ReportedProject

SHORT_NAME = 28


@frozen
class Links:
    """Where files are shown: at the reviewed commit; generated ones only where they were committed.

    `absent` are the paths that the reviewed commit lacks.
    """

    build: ReportedBuild
    committed: str
    absent: frozenset[str]


NOWHERE = Links(ReportedBuild(), "", frozenset())


def links_of(report: Report, project: ReportedProject) -> Links:
    absent = (each.path for each in project.files if each.status in {"generated", "missing"})
    return Links(report.build, report.committed, frozenset(absent))


def where(path: str, line: int, shown: Links, *, longest: int = 0) -> str:
    """File name and line as a link; the whole path where there is nothing to link to.

    A linked name over `longest` letters, 0 for any, is cut: in a table it would leave no room for
    the other columns, and the link knows the rest.
    """
    build = shown.build
    blob = "-/blob" if build.provider == "gitlab-ci" else "blob"
    place = f":{line}" if line > 0 else ""
    sha = shown.committed if path in shown.absent else build.head_sha
    address = blob_url(build.web_url, sha, path, line, blob=blob)
    if not address:
        return code(path + place)
    name = PurePosixPath(path).name
    if 0 < longest < len(name):
        name = f"{name[:longest]}…"
    return f"[{code(name + place)}]({address})"


def table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = (header, ("---",) * len(header), *rows)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
