"""Import what a server is used with while an engine is busy starting it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module


@contextmanager
def imported(modules: Iterable[str]) -> Iterator[None]:
    """`modules` are there after the block, which waits for somebody else meanwhile.

    Raises what one of them raises.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="import") as beside:
        done = [beside.submit(import_module, each) for each in modules]
        yield
    for each in done:
        each.result()
