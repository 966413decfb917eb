"""Base types and their own functions, which come and go together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.postgres.kind import Statements, World, made_again
from ci_runner.dialects.postgres.plan.nodes import kind_of
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.schema.model import Identity, Schema, SchemaObject
from ci_runner.schema.types import BaseType, ShellType


def goes_along(each: SchemaObject, work: Work) -> bool:
    """Whether the drop of a base type takes it along: its shell, and what it is made of."""
    return any(
        isinstance(work.drops.get(user), BaseType)
        for user in work.world.dependents.get(each.identity, ())
    ) and (isinstance(each, ShellType) or each.identity.kind == "function")


def dropped(old: BaseType, statements: Statements, world: World) -> Statements:
    """With a way back that makes what goes along first."""
    again = [kind_of(each).create(each) for each in (*made_of(old, world.old), old)]
    undo = ";\n".join(made_again(each) for each in again)
    return (replace(statements[0], undo=undo), *statements[1:])


def made_of(each: BaseType, schema: Schema) -> Iterator[SchemaObject]:
    """The shell, then the functions of the type."""
    needed = sorted(
        needed for dependent, needed in schema.dependencies if dependent == each.identity
    )
    yield schema.by_identity[each.shell]
    yield from (schema.by_identity[name] for name in needed if name.kind == "function")


def shelled(made: Statements, each: SchemaObject, work: Work) -> Statements:
    """The way back of a type that was a shell before leaves the shell."""
    shell = work.world.old.get(each.shell) if isinstance(each, BaseType) else None
    if shell is None or shell.identity in work.drops:
        return made
    first, *rest = made
    again = made_again(kind_of(shell).create(shell))
    return (replace(first, undo=f"{first.undo};\n{again}"), *rest)


def undone(made: Statements, each: Identity, world: World) -> Statements:
    """The way back of a function that went with its type, where that came so far."""
    if each not in world.own_functions or not made:
        return made
    first, *rest = made
    undo = (first.undo or "").replace("DROP FUNCTION ", "DROP FUNCTION IF EXISTS ", 1)
    return (replace(first, undo=undo), *(replace(comment, undo="") for comment in rest))


def rights(world: World) -> Iterator[tuple[Identity, Identity]]:
    """(rights on a function of a type, the type): the way back ends them before the type goes."""
    if world.own_functions:
        for each, needed in world.new.dependencies:
            if needed in world.own_functions and each.kind in {"owner", "grant"}:
                yield each, world.own_functions[needed]
