"""In which order indexes on partitions come, with those of the parent that take them as parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ci_runner.dialects.postgres.plan.inheritance import origin
from ci_runner.dialects.postgres.plan.nodes import Node
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.schema.model import Identity, Index, Table, home


def edges(work: Work, makers: Callable[[Identity], list[Node]]) -> Iterator[tuple[Node, Node]]:
    """(later, earlier): a part comes before what takes it, what is not to be taken behind it."""
    copies = {each.object.identity: each.of for each in work.world.new.copies}
    for part, whole in work.world.parts.items():
        each = work.world.new.by_identity[part]
        if part in work.creates and home(each) not in work.creates:
            above = whole
            while above in copies and above not in work.creates:
                above = copies[above]
            if above in work.creates:
                yield ("create", above), ("create", part)
    for identity, each in work.creates.items():
        if isinstance(each, Table):
            for parent in each.parents:
                yield from ((alone, ("create", identity)) for alone in _alone_on(parent, work))
        rival = work.rival(each)
        if rival is not None:
            yield from ((("create", identity), maker) for maker in makers(origin(copies, rival)))


def _alone_on(table: Identity, work: Work) -> Iterator[Node]:
    """Indexes on a partitioned table alone, which get parts on what comes after them."""
    for content in work.world.contents_after.get(table, ()):
        index = work.creates.get(content)
        if isinstance(index, Index) and not index.valid:
            yield ("create", content)
