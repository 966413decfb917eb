"""What kinds share whose objects are made by one CREATE and have a DROP and a COMMENT."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Generic, TypeVar

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements, World, comment_on, made_again
from ci_runner.dialects.postgres.quote import qualified
from ci_runner.frozen import frozen

# A frozen dataclass of the schema with schema, name and comment.
T = TypeVar("T", bound=Any)


def own_name(each: Any) -> str:  # noqa: ANN401  # the classes share fields, not a base
    return qualified(each.schema, each.name)


@frozen
class Plain(Generic[T]):
    """`word` follows CREATE, DROP and COMMENT ON; `title` names the object behind it.

    `body` is what CREATE says behind it, `before` what stands ahead of the word; `called` is given
    where CREATE names it in another way.
    """

    word: str
    body: Callable[[T], str]
    title: Callable[[T], str] = own_name
    before: Callable[[T], str] = lambda _: ""
    called: Callable[[T], str] | None = None

    def made(self, each: T, verb: str = "CREATE") -> str:
        name, body = (self.called or self.title)(each), self.body(each)
        return f"{verb} {self.before(each)}{self.word} {name}{body and f' {body}'}"

    def create(self, new: T) -> Statements:
        return (
            PlannedStatement(
                self.made(new),
                f"Create {new.identity}",
                new.identity,
                undo=f"DROP {self.word} {self.title(new)}",
            ),
            *comment_on(f"{self.word} {self.title(new)}", new.identity, None, new.comment),
        )

    def drop(self, old: T, again: Statements = ()) -> Statements:
        """`again` is what makes it again, where that is more than `create`."""
        return (
            PlannedStatement(
                f"DROP {self.word} {self.title(old)}",
                f"Drop {old.identity}",
                old.identity,
                undo=made_again(again or self.create(old)),
            ),
        )

    def comment(self, old: T, new: T) -> Statements:
        what = f"{self.word} {self.title(new)}"
        return comment_on(what, new.identity, old.comment, new.comment)

    def alter(self, old: T, new: T, _: World) -> Statements | None:
        """A comment changes in place; for the rest there is no ALTER."""
        return self.comment(old, new) if replace(old, comment=new.comment) == new else None

    def replace(self, old: T, new: T, _: World) -> Statements:
        """Likewise for what CREATE OR REPLACE takes all the rest of."""
        before, after = (self.made(each, "CREATE OR REPLACE") for each in (old, new))
        replaced = PlannedStatement(after, f"Replace {new.identity}", new.identity, undo=before)
        return (*((replaced,) if before != after else ()), *self.comment(old, new))

    def names(self, each: T) -> Iterator[Hashable]:
        yield (self.word, each.identity.schema, each.identity.name)


def listed(options: Iterable[tuple[str, str]]) -> str:
    """`(word = value, ...)`."""
    lines = ",".join(f"\n  {word} = {value}" for word, value in options)
    return f"({lines}\n)"
