"""The standard streams of a container: while we hold them it lives, and we hear what it says.

A container waits on its standard input, which the engine closes when our end goes away for
whatever reason, SIGKILL included; then it ends by itself.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from docker.models.containers import (
        Container,
    )

_KEPT = 16 * 1024
_MOST = 256 * 2**20  # of what it may hand us
# How the first process of a container that ends by itself begins its last line.
LAST_WORD = "schema-ci: the server ended"
_HEADER = 8  # docs.docker.com, Engine API, ContainerAttach: kind, three zeros, length
_OUTPUT = 1

# A line on standard input, which asks for the data folder.
ASK = b"the data folder\n"

# The first process of every container of ours: it prepares the data folder, starts what the image
# would have started, and ends when standard input does, or when its time is over. When it ends,
# the kernel ends every other process of the container. Standard output is for what is handed to us,
# standard error for the log. A line that asks for the data folder stops the server, hands that
# folder over and starts the server again.
_WATCH = """
exec 3<&0 </dev/null
( set -e
@PREPARE@ )
[ $? = 0 ] || { echo "schema-ci: the data folder can't be made" >&2; exit 1; }
state=/tmp/schema-ci
end() { while :; do kill -KILL "$(cat $state.server)"; sleep 1; done; }
{ while read -r asked; do
    : >$state.asked
    kill -@STOP@ "$(cat $state.server)"
  done
  end; } <&3 2>/dev/null &
{ sleep @SECONDS@; end; } 2>/dev/null 3<&- &
while :; do
  "$@" </dev/null >&2 3<&- &
  server=$!
  echo "$server" >$state.server
  wait "$server"
  status=$?
  [ -e $state.asked ] && [ "$status" = 0 ] || break
  rm $state.asked
  @KEEP@
done
echo "@LAST_WORD@ with status $status" >&2
exit "$status"
"""


def watch(prepare: str, keep: str, stop: str, seconds: int) -> str:
    """The shell text of it. The signal `stop` ends the server so that its data folder is whole."""
    words = {
        "PREPARE": prepare,
        "KEEP": keep,
        "STOP": stop,
        "SECONDS": str(seconds),
        "LAST_WORD": LAST_WORD,
    }
    return re.sub(r"@([A-Z_]+)@", lambda found: words[found[1]], _WATCH)


class _Stream(Protocol):
    """A socket, plain or TLS: what is of it here."""

    def recv(self, size: int, /) -> bytes: ...
    def sendall(self, content: bytes, /) -> None: ...
    def settimeout(self, seconds: float | None, /) -> None: ...
    def shutdown(self, how: int, /) -> None: ...
    def close(self) -> None: ...


class Lifeline:
    """What the container said last, and whether it goes on."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream
        self._said = bytearray()
        self._handed = bytearray()
        self._changed = threading.Condition()
        self._ended = False

    @property
    def ended(self) -> bool:
        """The container has ended, or the engine no longer answers."""
        with self._changed:
            return self._ended

    def wait_for_end(self, seconds: float) -> bool:
        """Whether it ended within `seconds`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ended, seconds)

    def wait_for(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Whether something `holds` of what it said within `seconds`, and before it ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or holds(), seconds)
            return holds()

    def lines(self) -> list[str]:
        """The last that it said."""
        with self._changed:
            return bytes(self._said).decode(errors="replace").strip().splitlines()

    def send(self, content: bytes) -> None:
        """On its standard input, beside what we do meanwhile."""
        threading.Thread(target=self._send, args=(content,), daemon=True).start()

    def _send(self, content: bytes) -> None:
        with suppress(OSError):  # it has ended, which is found where it is missed
            self._stream.sendall(content)

    def handed(self, size: int, seconds: float) -> bytes:
        """`size` bytes that it handed to us, b"" where they do not come within `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or len(self._handed) >= size, seconds)
            handed = bytes(self._handed)
            self._handed.clear()
        return handed if len(handed) == size else b""

    def listen(self) -> None:
        """Until the end: the body of the thread."""
        pending = bytearray()
        while chunk := self._receive():
            pending += chunk
            while len(pending) >= _HEADER:
                end = _HEADER + int.from_bytes(pending[4:_HEADER], "big")
                if len(pending) < end:
                    break
                self._keep(pending[0], bytes(pending[_HEADER:end]))
                del pending[:end]
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _receive(self) -> bytes:
        try:
            return self._stream.recv(_KEPT)
        except OSError:
            return b""  # a connection that is reset has ended too

    def _keep(self, kind: int, said: bytes) -> None:
        with self._changed:
            if kind == _OUTPUT:
                self._handed += said[: _MOST - len(self._handed)]
            else:
                self._said += said
                del self._said[:-_KEPT]
            self._changed.notify_all()


@contextmanager
def lifeline(container: Container) -> Iterator[Lifeline]:
    """Hold the streams of a container that is created and not yet started."""
    attached = container.attach_socket(
        params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1, "logs": 0}
    )
    # docker-py gives a socket over TLS, and a file of it otherwise.
    stream = cast("_Stream", getattr(attached, "_sock", attached))
    stream.settimeout(None)
    held = Lifeline(stream)
    thread = threading.Thread(target=held.listen, name="lifeline", daemon=True)
    thread.start()
    try:
        yield held
    finally:
        with suppress(OSError):  # the other end was first
            stream.shutdown(socket.SHUT_RDWR)
        thread.join()
        if (response := getattr(attached, "_response", None)) is not None:
            response.close()  # over TLS this is what keeps the descriptor open
        attached.close()
        stream.close()
