"""A merge request of its own for each rehearsal, and what must be true after every run on it."""

from __future__ import annotations

import json
import shutil
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ci_runner.errors import ExitCode
from tests.checkout import Checkout, Done
from tests.e2e.faults.soundness import HASTY, holds_the_migration
from tests.e2e.gitlab_scene import BRANCH, JOB_TOKEN, TOKEN, MergeRequestScene, origin_of
from tests.fakes.gitlab import FakeGitLab


@dataclass
class GitLabCase:
    """`before` is the head before anything ran."""

    scene: MergeRequestScene
    before: str

    @property
    def fake(self) -> FakeGitLab:
        return self.scene.fake

    def run(self, *argv: str, **environ: str) -> Done:
        """The job of the head that there was before: what moves it since is not our doing."""
        given = {"CI_COMMIT_SHA": self.before, **HASTY, **environ}
        return self.scene.run(*argv, without=(), **given)

    def twin(self) -> GitLabCase:
        """Another machine's checkout of the same merge request."""
        place = self.scene.checkout.root.with_name("twin")
        shutil.copytree(self.scene.checkout.root, place, symlinks=True)
        return GitLabCase(MergeRequestScene(self.fake, Checkout(place)), self.before)


@contextmanager
def gitlab_rehearsal(template: Path, folder: Path) -> Iterator[GitLabCase]:
    """A copy of the bare repository and the work tree in `template`, with a forge of its own."""
    shutil.copytree(template, folder, symlinks=True)
    bare, checkout = folder / "bare.git", Checkout(folder / "work")
    with FakeGitLab(bare, BRANCH, validate=False, token=TOKEN, job_token=JOB_TOKEN) as fake:
        checkout.git("remote", "add", "origin", origin_of(fake))
        checkout.git("fetch", "--quiet", "origin")
        yield GitLabCase(MergeRequestScene(fake, checkout), fake.head())


def unsound(case: GitLabCase, done: Done) -> Iterator[str]:
    """Each thing that a run must never leave behind, and did."""
    yield from unsound_forge(case)
    made, states_now = commits(case.fake), set(states(case.fake).values())
    if done.code not in {ExitCode.OK, ExitCode.DRIFT, ExitCode.FORGE}:
        yield f"ends with {done.code}: {done.err}"
    if done.code == ExitCode.OK and not made and "decides nothing" not in done.err:
        yield "ends with 0 and the migration is missing"
    if done.code == ExitCode.DRIFT and "failed" not in states_now:
        yield f"ends with 3, and the statuses say {states_now}"
    if done.code == ExitCode.FORGE and "warning: could not publish" not in done.err:
        yield "ends with 6 and does not say why"
    if told := secrets(case, done):
        yield f"tells a secret: {told}"


def unsound_forge(case: GitLabCase) -> Iterator[str]:
    """The same for what can be seen on the forge, where several runs may have been."""
    fake = case.fake
    ours, made = len(our_notes(fake)), commits(fake)
    if ours > 1 or len(made) > 1:
        yield f"{ours} notes and {len(made)} commits of ours"
    if case.before not in fake.git("rev-list", fake.head()).split():
        yield "a commit of the author is lost"
    for sha in made:
        paths = fake.git("diff-tree", "-r", "--name-only", f"{sha}^", sha).splitlines()
        if strange := [path for path in paths if not path.startswith("migrations/")]:
            yield f"our commit holds {strange}"
    for sha, state in states(fake).items():
        if state == "success" and not holds_the_migration(fake, sha):
            yield f"a green check on {sha[:7]}, where the migration is missing"
    if fake.obeyed:
        yield f"quick actions were obeyed: {fake.obeyed}"


def complete(case: GitLabCase, done: Done) -> bool:
    """Whether all is there that a run without faults leaves."""
    fake = case.fake
    found = (done.code, len(our_notes(fake)), commits(fake), states(fake).get(fake.head()))
    return found == (ExitCode.OK, 1, [fake.head()], "success")


def unhealed(case: GitLabCase) -> Iterator[str]:
    """What a run without faults, on whatever the head is now, does not put right."""
    fake, checkout = case.fake, case.scene.checkout
    fake.faults.clear()
    fake.before_answer = None
    case.scene.follow()
    checkout.git("clean", "--quiet", "-d", "--force")
    done = case.scene.run("run", without=(), CI_PIPELINE_ID="88", **HASTY)
    head = fake.head()
    seen = (
        done.code,
        len(our_notes(fake)),
        len(commits(fake)),
        states(fake).get(fake.head()),
        holds_the_migration(fake, head),
    )
    if seen != (ExitCode.OK, 1, 1, "success", True):
        yield f"the next run leaves (code, notes, commits, status, migration) {seen}: {done.err}"


def our_notes(fake: FakeGitLab) -> list[str]:
    return [note["body"] for note in fake.notes if note["author"]["id"] == fake.user_id]


def commits(fake: FakeGitLab) -> list[str]:
    listed = fake.git("log", "--format=%H", "--grep=^Schema-CI-Run: ", f"main..{fake.head()}")
    return listed.split()


def states(fake: FakeGitLab) -> dict[str, str]:
    """By commit, the newest state of our check."""
    return {each["sha"]: each["status"] for each in fake.statuses}


def secrets(case: GitLabCase, done: Done) -> list[str]:
    """The tokens' spellings that somebody could read."""
    fake = case.fake
    told = [done.said, json.dumps(fake.comments), json.dumps(fake.statuses)]
    told.append(fake.git("log", "-p", f"main..{fake.head()}"))
    folder = case.scene.checkout.root / "schema-ci-report"
    told += [path.read_text(encoding="utf-8") for path in folder.glob("*")]
    text = "\n".join(told)
    spelled = (TOKEN, JOB_TOKEN, b64encode(f"oauth2:{TOKEN}".encode()).decode())
    return [each for each in spelled if each in text]
