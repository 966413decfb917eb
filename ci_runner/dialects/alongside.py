"""Watch a statement from a thread of its own for as long as it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def alongside(look: Callable[[], None], ended: threading.Event) -> Iterator[None]:
    """Run `look` beside the block; `ended` tells it when the block is done; it is waited for."""
    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
