from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.pipeline.shards import Shard, take

WEIGHTS = st.lists(st.integers(1, 200), max_size=12).map(
    lambda weights: {f"project-{at}": weight for at, weight in enumerate(weights)}
)


@given(WEIGHTS, st.integers(1, 6), st.randoms())
@settings(deadline=None)
def test_a21_each_project_is_in_one_part_whoever_asks(
    weights: dict[str, int], total: int, random: Random
) -> None:
    listed = list(weights.items())
    shuffled = random.sample(listed, len(listed))

    parts = [take(Shard(index, total), listed) for index in range(1, total + 1)]

    assert sorted(weights) == sorted(name for part in parts for name in part)
    assert parts == [take(Shard(index, total), shuffled) for index in range(1, total + 1)]


@given(WEIGHTS, st.integers(1, 6))
@settings(deadline=None)
def test_a21_parts_are_balanced(weights: dict[str, int], total: int) -> None:
    loads = [
        sum(weights[name] for name in take(Shard(index, total), list(weights.items())))
        for index in range(1, total + 1)
    ]

    heaviest = max(weights.values(), default=0)
    assert max(loads) - min(loads) <= heaviest
