"""Merge defaults, schema-ci.toml, environment and flags, and refuse what makes no sense."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from ci_runner.config import approval, policy
from ci_runner.config.comments import comments
from ci_runner.config.commits import commits
from ci_runner.config.container import MEMORY, PROCESSES, container_bounds
from ci_runner.config.dev import Copy, dev_url, extensions, like, roles
from ci_runner.config.model import Compared, Config, Dev, Limits, Project
from ci_runner.config.options import OPTIONS, Option, by_key
from ci_runner.config.policy import LintPolicy
from ci_runner.config.secret import Secret
from ci_runner.config.source import Source, unknown, wrong
from ci_runner.errors import ConfigError

NAME = "schema-ci.toml"
LARGEST = 2**20
# Set where values of typed inputs are handed over: one that is the default leaves it to the file.
DEFAULTS_ARE_UNSET = "SCHEMA_CI_DEFAULTS_ARE_UNSET"
_SHORTEST_SECRET = 16
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_EXAMPLE = """write schema-ci.toml:
    [[project]]
    dialect = "postgres"
    directory = "migrations"
    schema = ["schema.sql"]"""


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
    checks their options. `base`
    is the file as the base branch has it: the lint policy is read from there, so that a change
    can't switch off its own review; `trusted` is the copy that trusted options are read from, None
    where the file itself is to be trusted. Raises ConfigError with file, line, what was expected
    and the nearest valid name.
    """
    source = _read(root, file)
    _check_keys(source)
    names = policy.Names(frozenset(rules), frozenset(groups), frozenset(aliases), settle)
    proposed = _policy(source, names, environ, flags)
    in_force, unreadable = proposed, ""
    if base is not None:
        in_force, unreadable = _base_policy(source.path, base, names, environ, flags)
    of_dev = source if trusted is None else Source(trusted.path, trusted.text)
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    for option in OPTIONS:
        if option.scope == "global":
            asked = of_dev if option.trusted else source
            values[option.key], origins[option.key] = _value(option, asked, environ, flags)
    container = container_bounds(values, origins, lambda key: _is_from(source, origins[key]))
    cache_dir, cache_secret = _cache(values, origins, source)
    projects = tuple(_projects(source, root, environ, flags, origins))
    output_dir = str(values["output-dir"])
    if _is_from(source, origins["output-dir"]):
        output_dir = _inside_repository(output_dir, origins["output-dir"])
    return Config(
        projects=projects,
        dev_url=dev_url(values, origins, environ, in_file=_is_from(of_dev, origins["dev.url"])),
        dev_superuser=bool(values["dev.superuser"]),
        container_memory=container[MEMORY],
        container_processes=container[PROCESSES],
        compared=_compared(values),
        policy=in_force,
        proposed=proposed,
        base_problem=unreadable,
        comments=comments(values, origins),
        check=bool(values["publish.check"]),
        commits=commits(values, origins),
        api_max_wait=int(str(values["publish.api-max-wait"])),
        output_dir=output_dir,
        origins=origins,
        path=source.path,
        include=_texts(values["diff.include"]),
        exclude=_texts(values["diff.exclude"]),
        renames=_texts(values["diff.rename"]),
        drops=_texts(values["diff.drop"]),
        strict=bool(values["diff.strict"]),
        online=bool(values["diff.online"]),
        stats_file=_stats_file(str(values["stats.file"]), origins["stats.file"], source),
        small_rows=int(str(values["stats.small-rows"])),
        megabytes_per_second=_rate(values["stats.megabytes-per-second"], origins),
        limits=_limits(values),
        dev=Dev(
            like=like(values, origins, environ, in_file=_is_from(of_dev, origins["dev.like"])),
            extensions=extensions(values, origins),
            roles=roles(values, origins),
            setup=tuple(
                _inside_repository(path, origins["dev.setup"])
                for path in _texts(values["dev.setup"])
            ),
            overruled=tuple(_overruled(source, of_dev, origins)),
        ),
        cache_dir=cache_dir,
        cache_secret=cache_secret,
    )


def _limits(values: Mapping[str, object]) -> Limits:
    def number(key: str) -> int:
        return int(str(values[key]))

    return Limits(
        number("dev.statement-seconds"),
        number("dev.total-seconds"),
        number("dev.megabytes"),
        number("limits.file-megabytes"),
        number("limits.total-megabytes"),
        number("limits.files"),
    )


def _policy(
    source: Source, names: policy.Names, environ: Mapping[str, str], flags: Mapping[str, object]
) -> LintPolicy:
    found = {
        key: _value(option, source, environ, flags)
        for key, option in by_key().items()
        if key.startswith("lint.") or key in approval.KEYS
    }
    values = {key: value for key, (value, _) in found.items()}
    origins = {key: origin for key, (_, origin) in found.items()}
    return policy.read(source, names, values, origins)


def _base_policy(
    path: str,
    content: bytes,
    names: policy.Names,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
) -> tuple[LintPolicy, str]:
    """The base branch's policy; the defaults and why, where its file makes no sense."""
    try:
        return _policy(Source(path, content.decode()), names, environ, flags), ""
    except UnicodeDecodeError:
        problem = "it is not UTF-8"
    except ConfigError as broken:
        problem = f"{broken.what} ({broken.where})"
    return _policy(Source(path, ""), names, environ, flags), problem


def _overruled(source: Source, of_dev: Source, origins: Mapping[str, str]) -> Iterator[str]:
    """What the file would say otherwise, had it been asked."""
    for option in OPTIONS:
        decided = origins.get(option.key, "")
        elsewhere = decided != "default" and not _is_from(of_dev, decided)
        if option.trusted and not elsewhere and source.said(option.key) != of_dev.said(option.key):
            yield option.key


def _cache(
    values: Mapping[str, object], origins: Mapping[str, str], source: Source
) -> tuple[str, Secret]:
    """Folder and secret. From the file a folder stays in the repository, and a secret is none."""
    folder, secret = str(values["dev.cache-dir"]), str(values["dev.cache-secret"])
    folder_origin, secret_origin = origins["dev.cache-dir"], origins["dev.cache-secret"]
    if folder and _is_from(source, folder_origin):
        folder = _inside_repository(folder, folder_origin)
    if secret and _is_from(source, secret_origin):
        raise ConfigError(
            "`dev.cache-secret` may not stand in the configuration file",
            where=secret_origin,
            said="the file is part of the pull request, and everybody can read it",
            next_step="set SCHEMA_CI_CACHE_SECRET in the CI",
        )
    if secret and len(secret) < _SHORTEST_SECRET:
        raise ConfigError(
            f"`dev.cache-secret` is shorter than {_SHORTEST_SECRET} characters",
            where=secret_origin,
            next_step="make one with `openssl rand -hex 32`",
        )
    return folder, Secret(secret)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple) else ()


def _compared(values: Mapping[str, object]) -> Compared:
    return Compared(
        bool(values["diff.grants"]),
        bool(values["diff.default-privileges"]),
        bool(values["diff.owners"]),
        bool(values["diff.column-order"]),
    )


def _read(root: Path, file: str) -> Source:
    path = root / (file or NAME)
    if not path.is_file():
        if file:
            raise ConfigError(f"there is no {file}", where=file, next_step=_EXAMPLE)
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
    for key, value in source.values.items():
        if key in {"project", "rule"}:
            continue
        if key in tables:
            if not isinstance(value, dict):
                raise wrong(source.where(key), key, f"a table headed [{key}]", value)
            for inner in value:
                if f"{key}.{inner}" not in known and not (key == "lint" and inner in policy.TABLES):
                    raise unknown(source, f"{key}.{inner}", inner, _inside(key, known))
        elif key not in known:
            raise unknown(source, key, key, [*tables, "project", "rule", "output-dir"])


def _inside(table: str, known: Iterable[str]) -> list[str]:
    names = [key.partition(".")[2] for key in known if key.startswith(f"{table}.")]
    return [*names, *policy.TABLES] if table == "lint" else names


def _value(
    option: Option,
    source: Source,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    *,
    table: Mapping[str, object] | None = None,
    key: str = "",
) -> tuple[object, str]:
    """The winning value of one option, checked, and where it came from."""
    found, origin = option.default, "default"
    if (said := source.said(option.key, table)) is not None:
        found, origin = said, source.where(key or option.key)
        _refuse_more(option, found, origin)
    if option.env and environ.get(option.env):
        told = _typed(option, environ[option.env])
        # An input that has a type always has a value: GitLab knows no boolean that is not given.
        if told != option.default or not environ.get(DEFAULTS_ARE_UNSET):
            found, origin = told, option.env
    if option.key in flags:
        found, origin = flags[option.key], option.flag
    return _checked(option, found, origin), origin


def _refuse_more(option: Option, found: object, origin: str) -> None:
    """A limit guards the CI from the pull request, whose file may not lift it."""
    if option.most is not None and isinstance(found, int) and found > option.most:
        raise ConfigError(
            f"`{option.key}` may not be more than {option.most} in the configuration file",
            where=origin,
            said="the file is part of the pull request, from which the limit guards the CI",
            next_step=f"set {option.env}={found} in the CI",
        )


def _typed(option: Option, text: str) -> object:
    if option.kind == "flag":
        return _TRUTH.get(text.lower(), text)
    if option.kind == "number":
        return int(text) if text.isascii() and text.isdigit() else text
    return text


def _checked(option: Option, value: object, origin: str) -> object:
    expected = {
        "text": "text",
        "texts": "text or a list of texts",
        "flag": "true or false",
        "number": "a whole number, 0 or more",
    }[option.kind]
    if option.kind == "texts" and isinstance(value, str):
        value = (value,)
    fits = {
        "text": isinstance(value, str),
        "texts": isinstance(value, list | tuple) and all(isinstance(each, str) for each in value),
        "flag": isinstance(value, bool),
        "number": isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    }[option.kind]
    if not fits:
        raise wrong(origin, option.key, expected, value)
    if option.choices and value not in option.choices and value != option.default:
        near = get_close_matches(str(value), option.choices, 1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        raise wrong(origin, option.key, f"one of {', '.join(option.choices)}{guess}", value)
    return tuple(value) if isinstance(value, list) else value


def _projects(
    source: Source,
    root: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    origins: dict[str, str],
) -> Iterable[Project]:
    tables = source.values.get("project", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise wrong(source.where("project"), "project", "tables headed [[project]]")
    if not tables:
        if not flags.get("dialect") and not environ.get("SCHEMA_CI_DIALECT"):
            raise ConfigError("no project is configured", where=source.path, next_step=_EXAMPLE)
        tables = [{}]
    names: set[str] = set()
    for position, table in enumerate(tables):
        project = _project(source, root, table, position, environ, flags, origins)
        if project.name in names:
            where = source.where(f"project[{position}].name")
            raise wrong(where, "name", "a name that no other project has", project.name)
        names.add(project.name)
        yield project


def _project(
    source: Source,
    root: Path,
    table: Mapping[str, object],
    position: int,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    origins: dict[str, str],
) -> Project:
    options = {key: option for key, option in by_key().items() if option.scope == "project"}
    at = f"project[{position}]"
    for key in table:
        if key not in options:
            raise unknown(source, f"{at}.{key}", key, options)
    values: dict[str, object] = {}
    for key, option in options.items():
        values[key], origins[f"{at}.{key}"] = _value(
            option, source, environ, flags, table=table, key=f"{at}.{key}"
        )
    if not values["dialect"]:
        raise wrong(source.where(at), f"{at}.dialect", "one of postgres, mysql, sqlite")
    schema = values["schema"]
    paths = schema if isinstance(schema, tuple) else ()
    directory = _inside_repository(str(values["directory"]), source.where(f"{at}.directory"))
    return Project(
        name=str(values["name"]) or PurePosixPath(directory).name or root.resolve().name,
        dialect=str(values["dialect"]),
        directory=directory,
        format=str(values["format"]),
        schema=tuple(_inside_repository(path, source.where(f"{at}.schema")) for path in paths),
    )


def _inside_repository(path: str, where: str) -> str:
    clean = PurePosixPath(path)
    unsafe = "\\" in path or "\0" in path or path.startswith("-")
    if clean.is_absolute() or ".." in clean.parts or not path.strip() or unsafe:
        raise ConfigError(
            f"the path {path!r} leads out of the repository",
            where=where,
            said="expected a path relative to the repository, with `/`",
        )
    return clean.as_posix()


def _stats_file(path: str, origin: str, source: Source) -> str:
    return _inside_repository(path, origin) if path and _is_from(source, origin) else path


def _rate(value: object, origins: Mapping[str, str]) -> int:
    rate = int(str(value))
    if rate < 1:
        key = "stats.megabytes-per-second"
        raise wrong(origins[key], key, "a whole number from 1 on")
    return rate


def _is_from(source: Source, origin: str) -> bool:
    return origin == source.path or origin.startswith(f"{source.path}:")
