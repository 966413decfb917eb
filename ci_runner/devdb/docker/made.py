"""Data folders that a container hands over and takes in: as a .tar, by its standard streams.

What initdb makes in a container of an image is kept on this machine for the next one of it: before
any SQL has run, signed with this machine's key, and unpacked in containers only.
"""

from __future__ import annotations

import hashlib
import json
import re

from ci_runner import __version__
from ci_runner.devdb.docker.lifeline import ASK, Lifeline
from ci_runner.devdb.packing import compress, decompress
from ci_runner.devdb.server import Unportable
from ci_runner.devdb.store import Store, of_this_machine
from ci_runner.frozen import frozen

_HANDED_OVER = re.compile(r"schema-ci: (\d+) bytes are handed over")
_MADE_HERE = "schema-ci: the data folder is made here"
_SECONDS = 20.0
_STOP_SECONDS = 60.0

# What the shell text of a recipe may call.
FUNCTIONS = f"""
# Whether there is nothing to set up but a data folder, by nobody but us.
is_ours_to_make() {{
  [ "$(id -u)" != 0 ] && [ -z "$(ls /docker-entrypoint-initdb.d 2>/dev/null)" ]
}}
# Say that nothing but what we have run has made it.
is_made_here() {{ echo "{_MADE_HERE}" >&2; }}
# Make folder $1 from what an earlier container handed over.
take_in() {{
  mkdir -m 700 "$1"
  head -c "$SCHEMA_CI_GIVEN" <&3 | tar -x -f - -C "$1"
}}
# Folder $1 for another container: twice, because its size has to be told and memory is dear.
hand_over() {{
  if command -v head >/dev/null; then
    size=$(tar -c -f - -C "$1" . | wc -c) && tar -c -f - -C "$1" . \\
      && echo "schema-ci: $size bytes are handed over" >&2
  fi || :
}}
"""


@frozen
class Made:
    """A data folder as .tar: `content` of an earlier run, b"" where there is none yet."""

    store: Store
    name: str
    content: bytes

    def keep(self, held: Lifeline) -> None:
        """What the container of `held` handed over when it was asked to."""
        if content := _handed(held):
            self.store.save(self.name, compress(content))


def environment(given: bytes, *, asked: bool) -> dict[str, str]:
    """What a recipe's `prepare` finds: a folder to take in, or that one is to be handed over."""
    return {"SCHEMA_CI_GIVEN": str(len(given) or ""), "SCHEMA_CI_ASKED": "1" if asked else ""}


def is_made_here(held: Lifeline) -> bool:
    """Whether the data folder of a container that has just started is of our making alone."""
    return _MADE_HERE in held.lines()


def asked_for(held: Lifeline) -> bytes:
    """The data folder of a container as .tar; the server is started again behind that.

    Raises Unportable.
    """
    before = _told(held)
    held.send(ASK)
    told = held.wait_for(lambda: _told(held) not in ([], before), _STOP_SECONDS)
    if told and (content := _handed(held)):
        return content
    raise Unportable("the container did not hand its data folder over")


def _handed(held: Lifeline) -> bytes:
    told = _told(held)
    return held.handed(int(told[-1]), _SECONDS) if told else b""


def _told(held: Lifeline) -> list[str]:
    return _HANDED_OVER.findall("\n".join(held.lines()))


def made(image: str, *depends: object) -> Made | None:
    """That of the image with this id; `depends` is all else that it depends on.

    None where this machine keeps nothing.
    """
    store = of_this_machine()
    if store is None:
        return None
    parts = json.dumps(["container", __version__, image, *depends])
    name = hashlib.sha256(parts.encode()).hexdigest()
    return Made(store, name, _content(store, name))


def _content(store: Store, name: str) -> bytes:
    """b"" for one that is not there, or not what we wrote."""
    if name not in store.names() or not isinstance(kept := store.load(name), bytes):
        return b""
    try:
        return decompress(kept)
    except Unportable:
        return b""
