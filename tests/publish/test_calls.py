"""How many API calls a typical run takes: rate limits are shared with all jobs of a repository."""

from __future__ import annotations

from ci_runner.report.model import GeneratedFile
from tests.publish.conftest import Scene, a_report

FILE = GeneratedFile("db/migrations/1_add.sql", "CREATE TABLE t (id int);\n")


def calls(scene: Scene, *generated: GeneratedFile) -> list[tuple[str, str]]:
    start = len(scene.fake.requests)
    with scene.awaited() as (talk, awaited):
        scene.tell(talk, awaited, a_report(*generated))
    return scene.fake.requests[start:]


def test_a_first_run_takes_twelve_calls_at_most(scene: Scene) -> None:
    assert 7 == len(calls(scene))


def test_a_first_run_that_commits_takes_twelve_calls_at_most(scene: Scene) -> None:
    made = calls(scene, FILE)

    assert 12 == len(made), made


def test_an_unchanged_run_takes_six_calls_at_most_and_writes_nothing(scene: Scene) -> None:
    calls(scene)
    again = calls(scene)

    assert 2 == len(again), again
    assert [] == [each for each in again if each[0] not in {"GET", "QUERY"}]


def test_where_graphql_is_refused_the_bounds_hold_too(scene: Scene) -> None:
    scene.fake.fail("POST", "/graphql", 403, times=99)
    first, again = calls(scene), calls(scene)

    assert len(first) <= 12, first
    assert len(again) <= 6, again
    assert [] == [each for each in again if each[0] not in {"GET", "QUERY"}]
