"""A pull request has one migration of ours, which follows the desired schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_runner.devdb.embedded import embedded
from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.server import Server
from ci_runner.dialects.sqlite import DIALECT as SQLITE
from ci_runner.lint.policy import Policy
from ci_runner.migrations import checksum
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.ours import maker
from ci_runner.migrations.reader import read_files
from ci_runner.pipeline.change import Change
from ci_runner.pipeline.renewed import renewed
from ci_runner.pipeline.review import Reviewed, review

FIRST = {
    "atlas": "20260101000000_users.sql",
    "golang-migrate": "0001_users.up.sql",
    "flyway": "V1__users.sql",
    "goose": "00001_users.sql",
    "dbmate": "20260101000000_users.sql",
    "liquibase": "20260101000000_users.sql",
    "plain": "0001_users.sql",
}
TABLE = "CREATE TABLE users (id integer PRIMARY KEY{columns});\n"
WHEN = datetime(2026, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with embedded(SQLITE) as found:
        yield found


@dataclass
class Branch:
    """A pull request's branch: its files by name, and the schema that it asks for."""

    server: Server
    root: Path
    style: str
    files: dict[str, bytes] = field(default_factory=dict)
    merged: dict[str, bytes] = field(default_factory=dict)
    upstream: dict[str, bytes] = field(default_factory=dict)
    pushes: int = 0

    def __post_init__(self) -> None:
        self.merged = self.sealed({FIRST[self.style]: self.text(TABLE.format(columns=""))})
        self.files = dict(self.merged)

    def sealed(self, files: dict[str, bytes]) -> dict[str, bytes]:
        """With the checksum file that fits, where the format has one."""
        if self.style != "atlas":
            return dict(files)
        sql = {name: text for name, text in files.items() if name.endswith(".sql")}
        return {**sql, checksum.NAME: checksum.atlas_sum(sql.items())}

    def text(self, sql: str) -> bytes:
        """A file that holds one statement, as its tool wants it."""
        return FORMATS[self.style].contents([sql], [], transactional=True)[0].encode()

    def desire(self, *columns: str) -> None:
        listed = "".join(f", {column} text" for column in columns)
        (self.root / "schema.sql").write_text(TABLE.format(columns=listed))
        self.pushes += 1

    def write(self, name: str, sql: str) -> None:
        self.files = self.sealed({**self.files, name: self.text(sql)})
        self.pushes += 1

    def change(self) -> Change:
        base, head, tip = (
            read_files("m", self.style, files)
            for files in (self.merged, self.files, {**self.merged, **self.upstream})
        )
        when = WHEN + timedelta(hours=self.pushes)
        return Change("shop", base, head, ("schema.sql",), when, upstream=tip, marks=True)

    def review(self) -> Reviewed:
        def judged(change: Change) -> Reviewed:
            return review(self.server, self.root, change, Policy())

        return renewed(judged, self.change())

    def run(self) -> Reviewed:
        """A run, and the commit that it makes."""
        found = self.review()
        for file in found.superseded:
            del self.files[file.file_name]
        self.files |= {path.removeprefix("m/"): text for path, text in found.files.items()}
        return found

    @property
    def ours(self) -> list[str]:
        return sorted(name for name, text in self.files.items() if maker(text) == "ours")


@pytest.fixture
def branch(server: Server, tmp_path: Path) -> Branch:
    return Branch(server, tmp_path, "plain")


SLOW = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
COLUMNS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=3, unique=True)
EVENT = st.one_of(COLUMNS, st.sampled_from(["somebody", "upstream"]))


@pytest.mark.parametrize("style", sorted(FORMATS))
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events=st.lists(EVENT, min_size=1, max_size=5))
def test_however_the_schema_changes_there_is_one_file_of_ours_and_it_gets_there(
    server: Server, tmp_path: Path, style: str, events: list[list[str] | str]
) -> None:
    branch = Branch(server, tmp_path, style)
    columns: list[str] = []
    theirs: list[str] = []
    branch.desire()
    for number, event in enumerate(events):
        if event == "somebody":
            theirs.append(f"by_hand_{number}")
            branch.write(named(style, number), f"ALTER TABLE users ADD COLUMN {theirs[-1]} text;\n")
        elif event == "upstream":
            branch.upstream[named(style, 100 + number)] = branch.text("SELECT 1;\n")
        else:
            columns = list(event)
        branch.desire(*theirs, *columns)
        branch.run()
        again = branch.review()

        versions = {name.replace(".down.", ".up.") for name in branch.ours}
        assert len(versions) <= 1
        assert ({}, ()) == (again.files, again.superseded)
        assert again.plan is not None
        assert "" == again.problem
        assert () == again.plan.statements
        assert branch.sealed(branch.files) == branch.files


def named(style: str, number: int) -> str:
    """A file of somebody's that sorts behind the first one, and before what is generated."""
    timed = f"202601020000{number:02}_x.sql" if number < 100 else f"2027010100{number}0_x.sql"
    return {
        "atlas": timed,
        "golang-migrate": f"0{number + 100}_x.up.sql"
        if number >= 100
        else f"00{number + 10}_x.up.sql",
        "flyway": f"V{number + 10}__x.sql",
        "goose": f"{number + 10:05}_x.sql",
        "dbmate": timed,
        "liquibase": timed,
        "plain": f"0{number + 100}_x.sql" if number >= 100 else f"00{number + 10}_x.sql",
    }[style]


def test_a_schema_that_goes_back_takes_our_file_with_it(server: Server, tmp_path: Path) -> None:
    branch = Branch(server, tmp_path, "atlas")
    branch.desire("a")
    branch.run()
    assert 1 == len(branch.ours)

    branch.desire()
    branch.run()

    assert branch.merged == branch.files


def test_what_a_schema_asks_for_next_goes_into_the_one_file(branch: Branch) -> None:
    branch.desire("a")
    branch.run()
    (first,) = branch.ours
    branch.desire("a", "b")

    branch.run()

    (second,) = branch.ours
    sql = branch.files[second].decode()
    assert first != second
    assert ["a", "b"] == [name for name in "ab" if f"ADD COLUMN {name} TEXT" in sql]


def test_an_edited_file_is_kept_and_the_finding_says_what_is_missing(branch: Branch) -> None:
    branch.desire("a")
    branch.run()
    (name,) = branch.ours
    branch.files[name] += b"-- a word of mine\n"
    assert ["naming"] == [each.rule for each in branch.review().findings]
    branch.desire("a", "b")
    before = dict(branch.files)

    found = branch.run()

    assert before == branch.files
    finding = found.findings[-1]
    assert ("kept-migration", f"m/{name}") == (finding.rule, finding.path)
    assert "ALTER TABLE users ADD COLUMN b TEXT;" in finding.instead
    assert found.plan is not None
    assert 1 == len(found.plan.statements)


def test_a_file_that_others_build_on_is_kept(branch: Branch) -> None:
    branch.desire("a")
    branch.run()
    branch.write("0009_i.sql", "UPDATE users SET a = 'x' WHERE a IS NULL;\n")
    branch.desire("a", "b")
    before = dict(branch.files)

    found = branch.run()

    assert before == branch.files
    assert ["kept-migration"] == [each.rule for each in found.findings if "b TEXT" in each.instead]
    assert "later files build on it" in found.findings[-1].message


def test_what_somebody_wrote_themselves_takes_the_place_of_ours(branch: Branch) -> None:
    branch.desire("a")
    branch.run()

    branch.write("0009_a.sql", "ALTER TABLE users ADD COLUMN a TEXT;\n")
    branch.run()

    assert [] == branch.ours
    assert "" == branch.review().problem


def test_b2_a_base_that_moved_gets_our_file_behind_it(branch: Branch) -> None:
    branch.desire("a")
    branch.run()
    assert ["0002_"] == [name[:5] for name in branch.ours]
    text = branch.files[branch.ours[0]]

    branch.upstream["0007_other.sql"] = b"SELECT 1;\n"
    branch.run()

    assert ["0008_"] == [name[:5] for name in branch.ours]
    assert text == branch.files[branch.ours[0]]


def test_b2_a_version_that_the_base_has_meanwhile_is_given_up(branch: Branch) -> None:
    branch.desire("a")
    branch.run()

    branch.upstream["0002_other.sql"] = b"SELECT 1;\n"
    branch.run()

    assert ["0003_"] == [name[:5] for name in branch.ours]


def test_a_merged_file_is_not_ours_any_more(branch: Branch) -> None:
    branch.desire("a")
    branch.run()
    branch.merged = dict(branch.files)
    branch.desire("a", "b")

    branch.run()

    assert 2 == len(branch.ours)
    assert branch.merged.items() < branch.files.items()


@pytest.mark.parametrize("style", sorted(FORMATS))
def test_b3_two_runs_on_one_input_write_the_same_bytes(
    server: Server, tmp_path: Path, style: str
) -> None:
    branch = Branch(server, tmp_path, style)
    branch.desire("a", "b")

    assert branch.review().files == branch.review().files


def test_a_checksum_file_that_does_not_fit_is_not_blessed(server: Server, tmp_path: Path) -> None:
    branch = Branch(server, tmp_path, "atlas")
    branch.desire("a")
    branch.run()
    branch.files["20260101000001_x.sql"] = b"SELECT 1;\n"
    branch.desire("b")
    before = dict(branch.files)

    found = branch.run()

    assert before == branch.files
    assert "checksum" in {each.rule for each in found.findings}


def test_a_file_that_names_what_the_engine_needs_is_ours_too_and_behind_upstream(
    maria_server: MysqlServer, tmp_path: Path
) -> None:
    branch = Branch(maria_server, tmp_path, "plain")
    branch.upstream = {"0002_theirs.sql": b"CREATE TABLE other (id integer PRIMARY KEY);\n"}
    branch.desire("a")

    found = branch.run()

    assert branch.ours == ["0003_add_column_a_to_table_users.sql"]
    assert [step.observed.online.algorithm for step in found.steps if step.observed.online]
