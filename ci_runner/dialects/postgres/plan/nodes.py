"""The nodes of a plan: what is done to which object, and by which kind."""

from __future__ import annotations

from typing import Any, Literal

from ci_runner.dialects.postgres.kind import Kind
from ci_runner.dialects.postgres.kinds import KINDS
from ci_runner.schema.model import Identity, SchemaObject

Verb = Literal["drop", "create", "detach", "alter", "tie", "fill", "clear"]
Node = tuple[Verb, Identity]
KIND_OF: dict[type[SchemaObject], Kind[Any]] = {kind.type: kind for kind in KINDS}


def kind_of(each: SchemaObject) -> Kind[Any]:
    return KIND_OF[type(each)]
