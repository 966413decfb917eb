"""Merge defaults, schema-ci.toml, environment and flags, and refuse what makes no sense."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from ci_runner.config.lines import key_lines
from ci_runner.config.model import Compared, Config, Project
from ci_runner.config.options import OPTIONS, SEVERITIES, Option, by_key
from ci_runner.config.secret import Secret
from ci_runner.errors import ConfigError

NAME = "schema-ci.toml"
LARGEST = 2**20
_SHOWN = 60
_UNSHOWN = frozenset({"dev.url", "dev.cache-secret"})
_SHORTEST_SECRET = 16
# Servers that we start ourselves. The file belongs to the pull request, which must not choose
# any other server for us.
_OWN_SCHEMES = ("sqlite", "local", "docker", "docker+postgres")
_TOML_LINE = re.compile(r"at line (\d+)")
_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_EXAMPLE = """write schema-ci.toml:
    [[project]]
    dialect = "postgres"
    directory = "migrations"
    schema = ["schema.sql"]"""


class _File:
    """What schema-ci.toml says, and where."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        try:
            self.values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as broken:
            line = _TOML_LINE.search(str(broken))
            last = len(text.splitlines()) or 1
            raise ConfigError(
                f"{path} is not valid TOML",
                where=f"{path}:{line[1] if line else last}",
                said=str(broken),
            ) from broken
        self.lines = key_lines(text)

    def where(self, key: str) -> str:
        """File and line of `key`, else of the table that it is in; of many, the first."""
        while key:
            if line := self.lines.get(key) or self.lines.get(f"{key}[0]"):
                return f"{self.path}:{line}"
            key = key.rpartition(".")[0]
        return self.path


def load(
    root: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    rules: Iterable[str],
    *,
    file: str = "",
) -> Config:
    """The configuration of the repository at `root`.

    `flags` are values by option key, absent where no flag was given. `file` is relative to `root`;
    "" looks for schema-ci.toml. Raises ConfigError with file, line, what was expected and the
    nearest valid name.
    """
    source = _read(root, file)
    known_rules = frozenset(rules)
    severities = _check_keys(source, known_rules)
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    for option in OPTIONS:
        if option.scope == "global":
            values[option.key], origins[option.key] = _value(option, source, environ, flags)
    if values["dev.superuser"] and _is_from(source, origins["dev.superuser"]):
        raise ConfigError(
            "`dev.superuser` may not stand in the configuration file",
            where=origins["dev.superuser"],
            said="the file is part of the pull request, whose SQL a superuser's rights would free",
            next_step="set SCHEMA_CI_DEV_SUPERUSER=true in the CI",
        )
    cache_dir, cache_secret = _cache(values, origins, source)
    projects = tuple(_projects(source, root, environ, flags, origins))
    output_dir = str(values["output-dir"])
    if _is_from(source, origins["output-dir"]):
        output_dir = _inside_repository(output_dir, origins["output-dir"])
    return Config(
        projects=projects,
        dev_url=_dev_url(str(values["dev.url"]), origins["dev.url"], source, environ),
        dev_superuser=bool(values["dev.superuser"]),
        compared=_compared(values),
        fail_on=str(values["lint.fail-on"]),
        rules=severities,
        comment=str(values["publish.comment"]),
        check=bool(values["publish.check"]),
        commit=str(values["publish.commit"]),
        max_auto_commits=int(str(values["publish.max-auto-commits"])),
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
        cache_dir=cache_dir,
        cache_secret=cache_secret,
    )


def _cache(
    values: Mapping[str, object], origins: Mapping[str, str], source: _File
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
    )


def _read(root: Path, file: str) -> _File:
    path = root / (file or NAME)
    if not path.is_file():
        if file:
            raise ConfigError(f"there is no {file}", where=file, next_step=_EXAMPLE)
        return _File(NAME, "")
    if path.stat().st_size > LARGEST:
        raise ConfigError("the file is larger than 1 MiB", where=file or NAME)
    try:
        return _File(file or NAME, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as bad:
        raise ConfigError("the file is not UTF-8", where=file or NAME) from bad


def _check_keys(source: _File, known_rules: frozenset[str]) -> Mapping[str, str]:
    """Refuse unknown keys; returns the severity by rule."""
    known = {option.key for option in OPTIONS if option.scope == "global"}
    tables = {key.partition(".")[0] for key in known if "." in key}
    severities: dict[str, str] = {}
    for key, value in source.values.items():
        if key == "project":
            continue
        if key in tables:
            if not isinstance(value, dict):
                raise _wrong(source.where(key), key, f"a table headed [{key}]", value)
            for inner, content in value.items():
                if key == "lint" and inner == "rules":
                    severities = _rules(source, content, known_rules)
                elif f"{key}.{inner}" not in known:
                    raise _unknown(source, f"{key}.{inner}", inner, _inside(key, known))
        elif key not in known:
            raise _unknown(source, key, key, [*tables, "project", "output-dir"])
    return severities


def _inside(table: str, known: Iterable[str]) -> list[str]:
    names = [key.partition(".")[2] for key in known if key.startswith(f"{table}.")]
    return [*names, "rules"] if table == "lint" else names


def _unknown(source: _File, key: str, name: str, valid: Iterable[str]) -> ConfigError:
    listed = sorted(valid)
    near = get_close_matches(name, listed, 1)
    guess = f"; did you mean `{near[0]}`?" if near else ""
    return ConfigError(
        f"unknown key `{key}`{guess}",
        where=source.where(key),
        next_step=f"use one of: {', '.join(listed)}",
    )


def _rules(source: _File, content: object, known: frozenset[str]) -> dict[str, str]:
    if not isinstance(content, dict):
        raise _wrong(
            source.where("lint.rules"), "lint.rules", "a table of rule = severity", content
        )
    for rule, severity in content.items():
        if rule not in known:
            raise _unknown(source, f"lint.rules.{rule}", rule, known)
        if severity not in SEVERITIES:
            expected = f"one of {', '.join(SEVERITIES)}"
            where = source.where(f"lint.rules.{rule}")
            raise _wrong(where, f"lint.rules.{rule}", expected, severity)
    return dict(content)


def _wrong(where: str, key: str, expected: str, found: object = None) -> ConfigError:
    """A dev URL is not repeated: what is wrong with it may be its password."""
    shown = found is not None and key not in _UNSHOWN and len(repr(found)) <= _SHOWN
    what = f"`{key}` can't be {found!r}" if shown else f"`{key}` has a value that makes no sense"
    return ConfigError(what, where=where, said=f"expected {expected}")


def _value(
    option: Option,
    source: _File,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    *,
    table: Mapping[str, object] | None = None,
    key: str = "",
) -> tuple[object, str]:
    """The winning value of one option, checked, and where it came from."""
    found, origin = option.default, "default"
    holder: object = source.values if table is None else table
    for part in option.key.split("."):
        holder = holder.get(part) if isinstance(holder, dict) else None
    if holder is not None:
        found, origin = holder, source.where(key or option.key)
    if option.env and environ.get(option.env):
        found, origin = _typed(option, environ[option.env]), option.env
    if option.key in flags:
        found, origin = flags[option.key], option.flag
    return _checked(option, found, origin), origin


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
        raise _wrong(origin, option.key, expected, value)
    if option.choices and value not in option.choices and value != option.default:
        near = get_close_matches(str(value), option.choices, 1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        raise _wrong(origin, option.key, f"one of {', '.join(option.choices)}{guess}", value)
    return tuple(value) if isinstance(value, list) else value


def _projects(
    source: _File,
    root: Path,
    environ: Mapping[str, str],
    flags: Mapping[str, object],
    origins: dict[str, str],
) -> Iterable[Project]:
    tables = source.values.get("project", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _wrong(source.where("project"), "project", "tables headed [[project]]")
    if not tables:
        if not flags.get("dialect") and not environ.get("SCHEMA_CI_DIALECT"):
            raise ConfigError("no project is configured", where=source.path, next_step=_EXAMPLE)
        tables = [{}]
    names: set[str] = set()
    for position, table in enumerate(tables):
        project = _project(source, root, table, position, environ, flags, origins)
        if project.name in names:
            where = source.where(f"project[{position}].name")
            raise _wrong(where, "name", "a name that no other project has", project.name)
        names.add(project.name)
        yield project


def _project(
    source: _File,
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
            raise _unknown(source, f"{at}.{key}", key, options)
    values: dict[str, object] = {}
    for key, option in options.items():
        values[key], origins[f"{at}.{key}"] = _value(
            option, source, environ, flags, table=table, key=f"{at}.{key}"
        )
    if not values["dialect"]:
        raise _wrong(source.where(at), f"{at}.dialect", "one of postgres, sqlite")
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


def _is_from(source: _File, origin: str) -> bool:
    return origin == source.path or origin.startswith(f"{source.path}:")


def _dev_url(url: str, origin: str, source: _File, environ: Mapping[str, str]) -> Secret:
    """A dev URL, `env:NAME` resolved. A server's URL may not stand in the file."""
    if url.startswith("env:"):
        name = url.removeprefix("env:")
        if not environ.get(name):
            raise ConfigError(
                f"`dev.url` names the environment variable {name}, which is not set",
                where=origin,
                next_step=f"set {name}",
            )
        return Secret(environ[name])
    scheme = url.partition(":")[0].lower()
    if url and _is_from(source, origin) and scheme not in _OWN_SCHEMES:
        if near := get_close_matches(scheme, ("sqlite", "local", "docker"), 1):
            raise _wrong(origin, "dev.url", f"a dev URL; did you mean {near[0]}://?")
        raise ConfigError(
            "a server's URL may not stand in the configuration file",
            where=origin,
            said="the file is part of the pull request, the server is not",
            next_step='write `url = "env:DEV_URL"` and set DEV_URL in the CI',
        )
    return Secret(url)
