"""`script/demo`: one pull request from its diff to the comment, the check and the commit."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ci_runner.errors import ExitCode
from demo.scene import BASE, BRANCH, LOGIN, NUMBER, SLUG, Stage
from demo.terminal import show
from tests.fakes.github import FakeGitHub

_WIDEST = 120


@dataclass(frozen=True, slots=True)
class Print:
    """Where the demo speaks: with colour for a person, plain elsewhere."""

    color: bool
    width: int

    def title(self, text: str) -> None:
        line = f"━━ {text} ".ljust(self.width, "━")
        self.lines(f"\n\x1b[1m{line}\x1b[0m\n" if self.color else f"\n{line}\n")

    def lines(self, text: str, mark: str = "") -> None:
        for line in text.splitlines() or [""]:
            sys.stdout.write(f"{mark}{line}\n")
        sys.stdout.flush()


def main() -> int:
    """Exit code 0 when the demo came out as this file tells it, else 1."""
    parser = argparse.ArgumentParser(prog="script/demo", description=__doc__)
    parser.add_argument("--dialect", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the comment as a page")
    parser.add_argument("--keep", action="store_true", help="keep the repositories afterwards")
    asked = parser.parse_args()
    if shutil.which("git") is None:
        parser.error("git was not found: install git")
    person = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    out = Print(person, min(shutil.get_terminal_size((100, 40)).columns, _WIDEST))
    with _folder(keep=asked.keep) as folder:
        stage = Stage(folder)
        stage.open_pull_request(f"shop-{asked.dialect}")
        with FakeGitHub(stage.bare, BRANCH, BASE, SLUG, LOGIN, validate=False) as forge:
            wrong = _play(stage, forge, out)
            if asked.html and forge.comments:
                _write_page(asked.html, forge.comments[-1]["body"])
        if asked.keep:
            out.lines(f"\nKept: {folder} (github.git is the forge, job-1 the first checkout)")
    if wrong:
        sys.stderr.write(f"error: the demo did not come out as it should: {wrong}\n")
    return 1 if wrong else 0


def _play(stage: Stage, forge: FakeGitHub, out: Print) -> str:
    """Returns what went wrong, "" when nothing did."""
    out.title(f"Pull request #{NUMBER}: what it changes")
    out.lines(stage.git("diff", f"--stat={out.width - 2}", f"{BASE}...{BRANCH}"), " ")
    out.lines("")
    colored = "--color=always" if out.color else "--color=never"
    out.lines(stage.git("diff", colored, "--no-prefix", f"{BASE}...{BRANCH}"), "  ")

    out.title("The job: schema-ci run, with SCHEMA_CI_COMMIT=push")
    before = forge.head()
    code = stage.run(forge, 1, lambda line: out.lines(line, "  "))
    out.lines(f"\n  exit code {code}")
    if code != ExitCode.FINDINGS:
        return f"schema-ci run ended with {code}, not {int(ExitCode.FINDINGS)}"
    if not forge.comments or not forge.check_runs or forge.head() == before:
        return "comment, check or commit is missing"

    out.title("The comment, as a reader sees it")
    _comment(forge, out)
    out.title("The check")
    _check(forge, out)
    out.title(f"The commit on {BRANCH}")
    out.lines(stage.git("show", f"--stat={out.width - 2}", "--format=medium", BRANCH), "  ")
    out.lines("")
    out.lines(stage.git("show", colored, "--format=", "--no-prefix", BRANCH), "  ")

    out.title("The job again, on the head that now holds that commit")
    if wrong := _again(stage, forge, out, 2):
        return wrong
    if len(forge.comments) != 1:
        return "there is a second comment"
    out.title("And once more: nothing changed, so nothing is written")
    written = len(forge.writes)
    return _again(stage, forge, out, 3) or ("it wrote" if len(forge.writes) > written else "")


def _comment(forge: FakeGitHub, out: Print) -> None:
    body = forge.comments[-1]["body"]
    out.lines(f"{LOGIN} commented:\n\n", "  ┃ ")
    out.lines(show(body, width=out.width - 4, color=out.color), "  ┃ ")


def _check(forge: FakeGitHub, out: Print) -> None:
    run = forge.check_runs[-1]
    shown = run["output"]
    out.lines(f"{run['name']}: {run['conclusion']}, on {run['head_sha'][:7]}", "  ")
    out.lines(f"{shown['title']} (annotations on the diff: {shown['annotations_count']})", "  ")


def _again(stage: Stage, forge: FakeGitHub, out: Print, number: int) -> str:
    """Run job `number`, show the end of its log and what it wrote; returns what went wrong."""
    before, head, log = len(forge.writes), forge.head(), list[str]()
    code = stage.run(forge, number, log.append)
    out.lines("\n".join(line for line in log if line.startswith(("published", "skipped"))), "  ")
    wrote = [f"{verb} {path}" for verb, path in forge.writes[before:]]
    out.lines(f"written to GitHub: {', '.join(wrote) or 'nothing'}; exit code {code}", "  ")
    if forge.head() != head:
        return "it committed again"
    return "" if code == ExitCode.FINDINGS else f"job {number} ended with {code}"


@contextmanager
def _folder(*, keep: bool) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="schema-ci-demo-"))
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder)


def _write_page(target: Path, markdown: str) -> None:
    from demo.page import page

    target.write_text(page(markdown), encoding="utf-8")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        # Whoever read has seen enough; Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
