"""What must be true after every run, whatever the forge answered and whoever ran meanwhile."""

from __future__ import annotations

import json
import re
import shutil
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ci_runner.errors import ExitCode
from tests.checkout import Checkout, Done
from tests.e2e.conftest import BRANCH, TOKEN, PullRequestScene
from tests.fakes.forge import FakeForge
from tests.fakes.github import FakeGitHub

T = TypeVar("T")
# No waiting: what can't be had at once is given up. Half of the tests are about just that.
HASTY = {"SCHEMA_CI_COMMIT": "push", "SCHEMA_CI_API_MAX_WAIT": "0"}
_SHA = re.compile(r"[0-9a-f]{40}")
_MARK = "<!-- schema-ci:"
_CHECK = "schema-ci / all"
_AT_ONCE = 8


@dataclass
class Rehearsal:
    """A pull request of its own, and its head before anything ran."""

    scene: PullRequestScene
    before: str

    @property
    def fake(self) -> FakeGitHub:
        return self.scene.fake

    def run(self, *argv: str, **environ: str) -> Done:
        """The job of the head that there was before: what moves it since is not our doing."""
        return self.scene.rerun(self.before, *argv, **{**HASTY, **environ})

    def twin(self) -> Rehearsal:
        """Another machine's checkout of the same pull request."""
        events = self.scene.events / "twin"
        shutil.copytree(self.scene.checkout.root, events / "work", symlinks=True)
        checkout = Checkout(events / "work")
        checkout.git("remote", "set-url", "origin", str(self.fake.bare))
        return Rehearsal(PullRequestScene(self.fake, checkout, events), self.before)


@dataclass(frozen=True)
class Call:
    """The `nth` request of its verb and path, counted from 0. A sha in a path is of any commit."""

    verb: str
    path: str
    nth: int

    @property
    def pattern(self) -> str:
        return f"^{_SHA.sub('[0-9a-f]{40}', re.escape(self.path))}$"

    def __str__(self) -> str:
        return f"{self.verb} {_SHA.sub('SHA', self.path)} ({self.nth + 1}.)"


def calls_of(requests: Sequence[tuple[str, str]]) -> list[Call]:
    """Each request as what a fault can be put at."""
    counts: Counter[tuple[str, str]] = Counter()
    found = []
    for logged, path in requests:
        verb = "POST" if logged == "QUERY" else logged
        key = (verb, _SHA.sub("SHA", path))
        found.append(Call(verb, path, counts[key]))
        counts[key] += 1
    return found


@contextmanager
def rehearsal(template: PullRequestScene, folder: Path) -> Iterator[Rehearsal]:
    """A copy of `template` with a forge of its own."""
    old = template.events
    shutil.copytree(old, folder, symlinks=True)
    checkout = Checkout(folder / template.checkout.root.relative_to(old))
    bare = folder / template.fake.bare.relative_to(old)
    checkout.git("remote", "set-url", "origin", str(bare))
    with FakeGitHub(bare, BRANCH, validate=False) as fake:
        yield Rehearsal(PullRequestScene(fake, checkout, folder), fake.head())


def at_once(act: Callable[[T], Sequence[str]], cases: Sequence[T]) -> list[str]:
    """What `act` finds wrong in all the cases, some of them at the same time."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [problem for problems in pool.map(act, cases) for problem in problems]


def unsound(case: Rehearsal, done: Done) -> Iterator[str]:
    """Each thing that a run must never leave behind, and did."""
    yield from unsound_forge(case)
    yield from _wrong_end(case, done)
    if told := secrets(case, done):
        yield f"tells a secret: {told}"


def unsound_forge(case: Rehearsal) -> Iterator[str]:
    """The same for what can be seen on the forge, where several runs may have been."""
    fake = case.fake
    if (found := len(our_comments(fake))) > 1:
        yield f"{found} comments of ours"
    made = our_commits(fake)
    if len(made) > 1:
        yield f"{len(made)} commits of ours"
    if not _is_ancestor(fake, case.before, fake.head()):
        yield "a commit of the pull request's author is lost"
    for sha in made:
        strange = [
            path
            for path in fake.git("diff-tree", "-r", "--name-only", f"{sha}^", sha).splitlines()
            if not path.startswith("migrations/")
        ]
        if strange:
            yield f"our commit holds {strange}"
    for sha, conclusion in newest_checks(fake).items():
        if conclusion == "success" and not holds_the_migration(fake, sha):
            yield f"a green check on {sha[:7]}, where the migration is missing"


def _wrong_end(case: Rehearsal, done: Done) -> Iterator[str]:
    fake, code = case.fake, done.code
    checks = newest_checks(fake)
    said = {checks.get(sha, "none") for sha in (*our_commits(fake), case.before, fake.head())}
    if code == ExitCode.OK and "decides nothing" not in done.err and "success" not in said:
        yield f"ends with 0, and the checks say {said}"
    elif code == ExitCode.DRIFT and "failure" not in said:
        yield f"ends with 3, and the checks say {said}"
    elif code == ExitCode.FORGE and "warning: could not publish" not in done.err:
        yield "ends with 6 and does not say why"
    elif code != ExitCode.FORGE and said & {"in_progress", "queued", "pending"}:
        yield "a check is left pending, and nobody is told"
    elif code not in {ExitCode.OK, ExitCode.DRIFT, ExitCode.FORGE}:
        yield f"ends with {code}: {done.err}"


def complete(case: Rehearsal, done: Done) -> bool:
    """Whether all is there that a run without faults leaves."""
    head = case.fake.head()
    seen = (
        done.code,
        len(our_comments(case.fake)),
        our_commits(case.fake),
        newest_checks(case.fake).get(head),
    )
    return seen == (ExitCode.OK, 1, [head], "success")


def unhealed(case: Rehearsal) -> Iterator[str]:
    """What a run without faults, on whatever the head is now, does not put right."""
    fake, checkout = case.fake, case.scene.checkout
    checkout.git("fetch", "--quiet", "origin")
    checkout.git("reset", "--quiet", "--hard", f"refs/remotes/origin/{BRANCH}")
    checkout.git("clean", "--quiet", "-d", "--force")
    fake.faults.clear()
    fake.before_answer = None
    done = case.scene.run("run", GITHUB_RUN_ID="99", **HASTY)
    head = fake.head()
    seen = (
        done.code,
        len(our_comments(fake)),
        len(our_commits(fake)),
        newest_checks(fake).get(head),
        holds_the_migration(fake, head),
    )
    if seen != (ExitCode.OK, 1, 1, "success", True):
        yield f"the next run leaves (code, comments, commits, check, migration) {seen}: {done.err}"


def our_comments(fake: FakeGitHub) -> list[str]:
    return [
        comment["body"]
        for comment in fake.comments
        if comment["user"]["login"] == fake.login and comment["body"].startswith(_MARK)
    ]


def our_commits(fake: FakeGitHub) -> list[str]:
    listed = fake.git("log", "--format=%H", "--grep=^Schema-CI-Run: ", f"main..{fake.head()}")
    return listed.split()


def newest_checks(fake: FakeGitHub) -> dict[str, str]:
    """By commit, what GitHub would show of our check."""
    found: list[tuple[int, str, str]] = [
        (run["id"], run["head_sha"], run["conclusion"] or run["status"])
        for run in fake.check_runs
        if run["name"] == _CHECK
    ]
    found += [
        (status["id"], status["url"].rpartition("/")[2], status["state"])
        for status in fake.statuses
        if status["context"] == _CHECK
    ]
    return {sha: conclusion for _, sha, conclusion in sorted(found)}


def holds_the_migration(fake: FakeForge, sha: str) -> bool:
    listed = fake.git("ls-tree", "-r", "--name-only", sha, "migrations/")
    return any("email" in path for path in listed.splitlines())


def secrets(case: Rehearsal, done: Done) -> list[str]:
    """The token's spellings that somebody could read."""
    fake = case.fake
    said: list[Any] = [fake.comments, fake.check_runs, fake.statuses]
    # GitHub takes what it is to mask out of the log.
    said_aloud = [line for line in done.said.splitlines() if not line.startswith("::add-mask::")]
    told = [*said_aloud, *map(json.dumps, said), fake.git("log", "-p", f"main..{fake.head()}")]
    folder = case.scene.checkout.root / "schema-ci-report"
    told += [path.read_text(encoding="utf-8") for path in folder.glob("*")]
    text = "\n".join(told)
    return [each for each in (TOKEN, b64encode(TOKEN.encode()).decode()) if each in text]


def _is_ancestor(fake: FakeGitHub, old: str, new: str) -> bool:
    return old in fake.git("rev-list", new).split()
