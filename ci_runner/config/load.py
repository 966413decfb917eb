"""Merge defaults, schema-ci.toml, environment and flags, and refuse what makes no sense."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from ci_runner.config import approval, policy
from ci_runner.config.comments import comments
from ci_runner.config.commits import commits
from ci_runner.config.container import MEMORY, PROCESSES, container_bounds
from ci_runner.config.dev import Copy, cache_secret, dev
from ci_runner.config.model import Compared, Config, Limits
from ci_runner.config.options import OPTIONS, by_key
from ci_runner.config.paths import inside_repository, said
from ci_runner.config.policy import LintPolicy
from ci_runner.config.projects import EXAMPLE, projects
from ci_runner.config.source import Source, unknown, wrong
from ci_runner.config.values import DEFAULT, Given, Values, value, values
from ci_runner.errors import ConfigError

NAME = "schema-ci.toml"
LARGEST = 2**20


def load(
    root: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    rules: Iterable[str],
    *,
    file: str = "",
    groups: Iterable[str] = (),
    aliases: Iterable[str] = (),
    settle: policy.Settle = policy.as_written,
    base: bytes | None = None,
    trusted: Copy | None = None,
) -> Config:
    """The configuration of the repository at `root`.

    `flags` are values by option key, absent where no flag was given. `file` is relative to `root`;
    "" looks for schema-ci.toml. `groups` and `aliases` are names of rules besides `rules`, `settle`
    checks their options; none of the four is asked where nothing is said about a rule. `base` is
    the file as the base branch has it: the lint policy is read from there, so that a change can't
    switch off its own review; `trusted` is the copy that trusted options are read from, None where
    the file itself is to be trusted. Raises ConfigError with file, line, what was expected and the
    nearest valid name.
    """
    source = _read(root, file)
    _check_keys(source)
    given = Given(environ, flags)

    @cache
    def names() -> policy.Names:
        return policy.Names(frozenset(rules), frozenset(groups), frozenset(aliases), settle)

    proposed = _policy(source, names, given)
    in_force, unreadable = proposed, ""
    if base is not None:
        in_force, unreadable = _base_policy(source.path, base, names, given)
    of_dev = source if trusted is None else Source(trusted.path, trusted.text)
    found = _global(source, of_dev, given)
    listed = tuple(projects(source, of_dev, root, given))
    unheard = [*_overruled(source, of_dev, found)]
    unheard += [key for each in listed for key in each.overruled]
    container = container_bounds(found)
    return Config(
        projects=tuple(each.project for each in listed),
        container_memory=container[MEMORY],
        container_processes=container[PROCESSES],
        compared=_compared(found),
        policy=in_force,
        proposed=proposed,
        base_problem=unreadable,
        comments=comments(found),
        check=found.flag("publish.check"),
        commits=commits(found),
        api_max_wait=found.number("publish.api-max-wait"),
        output_dir=_output_dir(found),
        origins=_origins(found, [each.values for each in listed]),
        path=source.path,
        include=found.texts("diff.include"),
        exclude=found.texts("diff.exclude"),
        renames=found.texts("diff.rename"),
        drops=found.texts("diff.drop"),
        strict=found.flag("diff.strict"),
        online=found.flag("diff.online"),
        stats_file=said(found, "stats.file"),
        small_rows=found.number("stats.small-rows"),
        megabytes_per_second=_rate(found),
        limits=_limits(found),
        dev=dev(found, environ),
        cache_dir=said(found, "dev.cache-dir"),
        cache_secret=cache_secret(found),
        overruled=tuple(unheard),
    )


def _global(source: Source, of_dev: Source, given: Given) -> Values:
    return Values(
        {
            option.key: value(option, of_dev if option.trusted else source, given)
            for option in OPTIONS
            if option.scope == "global"
        }
    )


def _origins(found: Values, projects: Sequence[Values]) -> dict[str, str]:
    origins = {key: each.origin for key, each in found.found.items()}
    for position, own in enumerate(projects):
        origins |= {f"project[{position}].{key}": own.origin(key) for key in own.found}
    return origins


def _limits(found: Values) -> Limits:
    return Limits(
        found.number("dev.statement-seconds"),
        found.number("dev.total-seconds"),
        found.number("dev.megabytes"),
        found.number("limits.file-megabytes"),
        found.number("limits.total-megabytes"),
        found.number("limits.files"),
    )


def _compared(found: Values) -> Compared:
    return Compared(
        found.flag("diff.grants"),
        found.flag("diff.default-privileges"),
        found.flag("diff.owners"),
        found.flag("diff.column-order"),
    )


def _policy(source: Source, names: Callable[[], policy.Names], given: Given) -> LintPolicy:
    asked = [
        option
        for key, option in by_key().items()
        if key.startswith("lint.") or key in approval.KEYS
    ]
    return policy.read(source, names, values(asked, source, given))


def _base_policy(
    path: str, content: bytes, names: Callable[[], policy.Names], given: Given
) -> tuple[LintPolicy, str]:
    """The base branch's policy; the defaults and why, where its file makes no sense."""
    try:
        return _policy(Source(path, content.decode()), names, given), ""
    except UnicodeDecodeError:
        problem = "it is not UTF-8"
    except ConfigError as broken:
        problem = f"{broken.what} ({broken.where})"
    return _policy(Source(path, ""), names, given), problem


def _overruled(source: Source, of_dev: Source, found: Values) -> Iterator[str]:
    """What the file would say otherwise, had it been asked."""
    for option in OPTIONS:
        if not option.trusted:
            continue
        elsewhere = found.origin(option.key) != DEFAULT and not found.in_file(option.key)
        if not elsewhere and source.said(option.key) != of_dev.said(option.key):
            yield option.key


def _read(root: Path, file: str) -> Source:
    path = root / (file or NAME)
    if not path.is_file():
        if file:
            raise ConfigError(f"there is no {file}", where=file, next_step=EXAMPLE)
        return Source(NAME, "")
    if path.stat().st_size > LARGEST:
        raise ConfigError("the file is larger than 1 MiB", where=file or NAME)
    try:
        return Source(file or NAME, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as bad:
        raise ConfigError("the file is not UTF-8", where=file or NAME) from bad


def _check_keys(source: Source) -> None:
    """Refuse unknown keys."""
    known = {option.key for option in OPTIONS if option.scope == "global"}
    tables = {key.partition(".")[0] for key in known if "." in key}
    for key, content in source.values.items():
        if key in {"project", "rule"}:
            continue
        if key in tables:
            if not isinstance(content, dict):
                raise wrong(source.where(key), key, f"a table headed [{key}]", content)
            for inner in content:
                if f"{key}.{inner}" not in known and not (key == "lint" and inner in policy.TABLES):
                    raise unknown(source, f"{key}.{inner}", inner, _inside(key, known))
        elif key not in known:
            raise unknown(source, key, key, [*tables, "project", "rule", "output-dir"])


def _inside(table: str, known: Iterable[str]) -> list[str]:
    names = [key.partition(".")[2] for key in known if key.startswith(f"{table}.")]
    return [*names, *policy.TABLES] if table == "lint" else names


def _output_dir(found: Values) -> str:
    path, where = found.text("output-dir"), found.origin("output-dir")
    return inside_repository(path, where) if found.in_file("output-dir") else path


def _rate(found: Values) -> int:
    key = "stats.megabytes-per-second"
    if (rate := found.number(key)) < 1:
        raise wrong(found.origin(key), key, "a whole number from 1 on")
    return rate
