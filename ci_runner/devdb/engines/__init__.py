"""One file per engine: the registry is this folder."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from ci_runner.devdb.engine import Engine


def _engine(name: str) -> Engine:
    engine = import_module(f"{__name__}.{name}").ENGINE
    if not isinstance(engine, Engine) or engine.dialect != name:
        raise TypeError(f"devdb/engines/{name}.py defines no engine of its own name")
    return engine


ENGINES: Mapping[str, Engine] = {
    module.name: _engine(module.name) for module in iter_modules(__path__)
}
