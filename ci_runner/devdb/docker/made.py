"""What initdb makes in a container of an image, kept on this machine for the next one of it.

It is kept before any SQL has run, signed with this machine's key, and unpacked in containers only.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass

from ci_runner import __version__
from ci_runner.devdb.docker.lifeline import Lifeline
from ci_runner.devdb.store import Store, of_this_machine

_HANDED_OVER = re.compile(r"schema-ci: (\d+) bytes are handed over")
_SECONDS = 5.0
_LEVEL = 1  # a fifth is left; where nothing outlives the job, this is for nothing

# What the shell text of a recipe may call.
FUNCTIONS = """
# Whether there is nothing to set up but a data folder, by nobody but us.
is_ours_to_make() {
  [ "$(id -u)" != 0 ] && [ -z "$(ls /docker-entrypoint-initdb.d 2>/dev/null)" ]
}
# Make folder $1 from what an earlier container handed over.
take_in() {
  mkdir -m 700 "$1"
  head -c "$SCHEMA_CI_GIVEN" <&3 | gzip -dc | tar -x -f - -C "$1"
}
# Folder $1 for the next container, where somebody asked and could use it.
hand_over() {
  if [ -n "${SCHEMA_CI_ASKED:-}" ] && command -v head >/dev/null && command -v gzip >/dev/null \\
      && tar -c -f "$1.tar" -C "$1" . ; then
    cat "$1.tar"
    echo "schema-ci: $(wc -c <"$1.tar") bytes are handed over" >&2
  fi
  rm -f "$1.tar"
}
"""


@dataclass(frozen=True, slots=True)
class Made:
    """A data folder as .tar.gz: `content` of an earlier run, b"" where there is none yet."""

    store: Store
    name: str
    content: bytes

    def environment(self) -> dict[str, str]:
        """What a recipe's `prepare` finds of it."""
        asked = "" if self.content else "1"
        return {"SCHEMA_CI_GIVEN": str(len(self.content) or ""), "SCHEMA_CI_ASKED": asked}

    def keep(self, held: Lifeline) -> None:
        """What the container of `held` handed over when it was asked to."""
        told = _HANDED_OVER.search("\n".join(held.lines()))
        if told and (content := held.handed(int(told[1]), _SECONDS)):
            self.store.save(self.name, gzip.compress(content, _LEVEL))


def made(image: str, *depends: object) -> Made | None:
    """That of the image with this id; `depends` is all else that it depends on.

    None where this machine keeps nothing.
    """
    store = of_this_machine()
    if store is None:
        return None
    parts = json.dumps(["container", __version__, image, *depends])
    name = hashlib.sha256(parts.encode()).hexdigest()
    kept = store.load(name) if name in store.names() else b""
    return Made(store, name, kept if isinstance(kept, bytes) else b"")
