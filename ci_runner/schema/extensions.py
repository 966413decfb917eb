"""Extensions: packages of objects that the server installs and that are left alone."""

from __future__ import annotations

from dataclasses import field

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity


@frozen
class Extension:
    """`in_schema` holds its members. `comment` is one that its own files did not give.

    What is not compared: `described` is the comment that its files give, `usual_version` what this
    server installs unless asked for another, `relocatable` whether it can move to another schema,
    `holds_rows` whether tables are among its members.
    """

    name: str
    in_schema: str
    version: str
    comment: str | None = None
    own_comment: bool = False
    described: str | None = field(default=None, compare=False)
    usual_version: bool = field(default=True, compare=False)
    relocatable: bool = field(default=True, compare=False)
    holds_rows: bool = field(default=False, compare=False)

    @property
    def identity(self) -> Identity:
        return Identity("extension", "", self.name)
