"""Files on disk, an environment and flags become one value, or an error that helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, replace
from pathlib import Path

import pytest

from ci_runner.config.commits import Commits
from ci_runner.config.load import load
from ci_runner.config.model import Config, Limits, Project
from ci_runner.config.options import OPTIONS
from ci_runner.config.policy import RuleOptions
from ci_runner.config.values import DEFAULTS_ARE_UNSET
from ci_runner.errors import ConfigError

RULES = ("drop-table", "drop-column")
ONE = '[[project]]\ndialect = "sqlite"\n'


def loaded(
    root: Path,
    text: str | None = ONE,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
    file: str = "",
) -> Config:
    if text is not None:
        (root / (file or "schema-ci.toml")).write_text(text, encoding="utf-8")
    return load(root, environ or {}, flags or {}, RULES, file=file)


def test_one_line_of_configuration_is_enough(tmp_path: Path) -> None:
    config = loaded(tmp_path)

    assert (Project("migrations", "sqlite", "migrations", "auto", ()),) == config.projects
    assert "error" == config.fail_on
    assert Commits() == config.commits


def test_flags_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    text = 'output-dir = "a"\n[lint]\nfail-on = "warning"\n' + ONE
    environ = {"SCHEMA_CI_OUTPUT_DIR": "b", "SCHEMA_CI_FAIL_ON": "note"}

    config = loaded(tmp_path, text, environ, {"output-dir": "c"})

    assert "c" == config.output_dir
    assert "--output-dir" == config.origins["output-dir"]
    assert "note" == config.fail_on
    assert "SCHEMA_CI_FAIL_ON" == config.origins["lint.fail-on"]
    assert "schema-ci.toml:5" == config.origins["project[0].dialect"]
    assert "default" == config.origins["publish.commit"]
    assert "schema-ci.toml:3" == loaded(tmp_path, text).origins["lint.fail-on"]


def test_without_a_file_the_dialect_flag_makes_one_project(tmp_path: Path) -> None:
    config = loaded(tmp_path, None, flags={"dialect": "postgres"})

    assert ("migrations", "postgres") == (config.projects[0].name, config.projects[0].dialect)


def test_a_project_in_the_root_is_named_after_the_repository(tmp_path: Path) -> None:
    assert tmp_path.name == loaded(tmp_path, f'{ONE}directory = "."\n').projects[0].name


def test_without_a_file_and_a_dialect_a_file_to_copy_is_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, None)

    assert "[[project]]" in refused.value.next_step


def test_a_file_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no other\.toml"):
        loaded(tmp_path, None, flags={"dialect": "sqlite"}, file="other.toml")


@pytest.mark.parametrize(
    ("text", "where", "expected"),
    [
        (f"{ONE}directry = 'm'\n", 3, "did you mean `directory`?"),
        (f"{ONE}[lint]\nfail_on = 'error'\n", 4, "did you mean `fail-on`?"),
        (f"{ONE}[lintt]\nx = 1\n", 3, "did you mean `lint`?"),
        ("[[projects]]\nname = 'a'\n", 1, "did you mean `project`?"),
        (f"{ONE}[lint]\nfail-on = 'eror'\n", 4, "did you mean 'error'?"),
        (f"{ONE}[lint.rules]\ndrop-tabel = 'off'\n", 4, "did you mean `drop-table`?"),
        (f"{ONE}[lint.rules]\ndrop-table = []\n", 4, "error, warning, note, off"),
        (f"{ONE}[lint]\nrules = 3\n", 4, "a table"),
        (f"{ONE}[lint]\noptions = 3\n", 4, "a table of rule"),
        (f"{ONE}[lint.options]\ndrop-tabel = {{}}\n", 4, "did you mean `drop-table`?"),
        (f"{ONE}[lint.options]\ndrop-table = 3\n", 4, "a table of option = value"),
        ("lint = 3\n" + ONE, 1, "a table headed [lint]"),
        ("project = [1]\n", 1, "tables headed [[project]]"),
        ("project = 'x'\n", 1, "tables headed [[project]]"),
        ("[[project]]\nname = 'x'\n", 1, "one of postgres, mysql, sqlite"),
        ("[[project]]\n\ndialect = 'oracle'\n", 3, "one of postgres, mysql, sqlite"),
        (f"{ONE}schema = [1]\n", 3, "text or a list of texts"),
        (f"{ONE}directory = 3\n", 3, "expected text"),
        (f"{ONE}[publish]\ncheck = 'yes'\n", 4, "true or false"),
        (f"{ONE}[publish]\nmax-auto-commits = true\n", 4, "a whole number"),
        (f"{ONE}[publish]\nmax-auto-commits = -1\n", 4, "a whole number"),
        (f"{ONE}{ONE}", 3, "a name that no other project has"),
        (f"{ONE}directory = '../m'\n", 3, "leads out of the repository"),
        (f"{ONE}schema = ['ok.sql', '/etc/passwd']\n", 3, "leads out of the repository"),
        ("output-dir = '/tmp/x'\n" + ONE, 1, "leads out of the repository"),
        (f"{ONE}directory = \n", 3, "not valid TOML"),
        (f"{ONE}directory = 'a", 3, "not valid TOML"),
        (f"{ONE}[dev]\nurl = 'POSTGRES://u:hunter2@h/d'\n", 4, "env:DEV_URL"),
        (f"{ONE}[dev]\nurl = 'mongodb://u:hunter2@h/d'\n", 4, "env:DEV_URL"),
        (f"{ONE}[dev]\nurl = 'sqllite://'\n", 4, "did you mean sqlite://?"),
        (f"{ONE}[dev]\nurl = 'env:ABSENT'\n", 4, "set ABSENT"),
        (f"{ONE}[lint]\nfail-on = 'fatal'\n", 4, "`lint.fail-on` can't be 'fatal'"),
        (
            f"{ONE}[dev]\ntotal-seconds = 9999\n",
            4,
            "set SCHEMA_CI_DEV_TOTAL_SECONDS=9999 in the CI",
        ),
        (f"{ONE}[limits]\nfiles = 20001\n", 4, "may not be more than 20000"),
        (f"{ONE}[dev]\nlike = 'postgres://u:hunter2@h/d'\n", 4, 'like = "env:TARGET_URL"'),
        (f"{ONE}[dev]\nlike = 'env:ABSENT'\n", 4, "set ABSENT"),
        (f"{ONE}[dev]\nextensions = ['x; DROP']\n", 4, "pgcrypto@1.3"),
        (f"{ONE}[dev]\nroles = ['app', '']\n", 4, "1 to 63 bytes"),
        (f"{ONE}[dev]\nroles = ['pg_read_all_data']\n", 4, "server's own"),
        (f"{ONE}[dev]\nroles = 'PUBLIC'\n", 4, "no role"),
        (f"{ONE}[dev]\nsetup = '../baseline.sql'\n", 4, "leads out of the repository"),
        (f"{ONE}[dev]\ncontainer-memory = 9000\n", 4, "set SCHEMA_CI_DEV_CONTAINER_MEMORY in"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, text: str, where: int, expected: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, text)

    assert f"schema-ci.toml:{where}" == refused.value.where
    assert expected in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SCHEMA_CI_FAIL_ON", "fatal", "one of error"),
        ("SCHEMA_CI_CHECK", "perhaps", "true or false"),
        ("SCHEMA_CI_MAX_AUTO_COMMITS", "²", "a whole number"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(
    tmp_path: Path, name: str, value: str, expected: str
) -> None:
    with pytest.raises(ConfigError, match=expected) as refused:
        loaded(tmp_path, ONE, {name: value})

    assert name == refused.value.where


def test_environment_text_becomes_numbers_and_truth(tmp_path: Path) -> None:
    config = loaded(tmp_path, ONE, {"SCHEMA_CI_CHECK": "No", "SCHEMA_CI_MAX_AUTO_COMMITS": "7"})

    assert (False, 7) == (config.check, config.commits.most)


def test_a_file_of_another_name_may_not_choose_a_server_either(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="server's URL"):
        loaded(tmp_path, f"{ONE}[dev]\nurl = 'postgres://h/d'\n", file="ci.conf")


def test_a_dev_url_comes_from_the_variable_it_names_and_does_not_show(tmp_path: Path) -> None:
    text = f"{ONE}[dev]\nurl = 'env:DEV'\n"

    config = loaded(tmp_path, text, {"DEV": "postgres://u:hunter2@h/d"})

    assert "postgres://u:hunter2@h/d" == config.dev.url
    assert "hunter2" not in repr(config)


def test_the_file_lowers_limits_and_the_ci_raises_them(tmp_path: Path) -> None:
    text = f"{ONE}[dev]\nstatement-seconds = 10\nmegabytes = 100\n"

    config = loaded(tmp_path, text, {"SCHEMA_CI_DEV_MEGABYTES": "9000"})

    assert replace(Limits(), statement_seconds=10, megabytes=9000) == config.limits


def test_limits_are_those_of_the_option_table() -> None:
    defaults = {
        option.key: (option.default, option.most) for option in OPTIONS if option.most is not None
    }

    assert [*astuple(Limits())] == [default for default, _ in defaults.values()]
    assert all(default == most for default, most in defaults.values())


def test_severities_of_rules_are_kept(tmp_path: Path) -> None:
    config = loaded(tmp_path, f"{ONE}[lint.rules]\ndrop-table = 'note'\n")

    assert {"drop-table": "note"} == config.policy.rules


def test_options_of_rules_are_checked_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "schema-ci.toml").write_text(
        f"{ONE}[lint.options]\n\ndrop-table = {{ a = 1, b = ['x'] }}\n", encoding="utf-8"
    )
    asked: list[Mapping[str, str]] = []

    def settle(options: RuleOptions, origins: Mapping[str, str]) -> RuleOptions:
        asked.append(origins)
        return {rule: dict.fromkeys(given, 2) for rule, given in options.items()}

    config = load(tmp_path, {}, {}, ["drop-table"], settle=settle)

    assert {"drop-table": {"a": 2, "b": 2}} == config.policy.options
    assert "schema-ci.toml:5" == asked[0]["lint.options.drop-table.a"]


def test_the_options_of_the_base_branch_hold(tmp_path: Path) -> None:
    (tmp_path / "schema-ci.toml").write_text(ONE, encoding="utf-8")
    base = f"{ONE}[lint.options]\ndrop-table = {{ a = 1 }}\n".encode()

    config = load(tmp_path, {}, {}, ["drop-table"], base=base)

    assert {"drop-table": {"a": 1}} == config.policy.options
    assert {} == config.proposed.options


def test_options_of_the_base_branch_that_make_no_sense_are_left_out_and_told(
    tmp_path: Path,
) -> None:
    (tmp_path / "schema-ci.toml").write_text(ONE, encoding="utf-8")
    base = f"{ONE}[lint.options]\ndrop-table = {{ a = 1 }}\n".encode()

    def settle(options: RuleOptions, origins: Mapping[str, str]) -> RuleOptions:
        if options:
            raise ConfigError("no option `a`", where=origins["lint.options.drop-table.a"])
        return options

    config = load(tmp_path, {}, {}, ["drop-table"], base=base, settle=settle)

    assert {} == config.policy.options
    assert "no option `a` (schema-ci.toml:4)" == config.base_problem


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="larger than 1 MiB"):
        loaded(tmp_path, "#" * (2**20 + 1))


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "schema-ci.toml").write_bytes(b'[[project]]\nname = "\xff"\n')

    with pytest.raises(ConfigError, match="not UTF-8"):
        loaded(tmp_path, None)


@pytest.mark.parametrize(
    ("unset", "given", "inline", "split"),
    [
        ("true", {"SCHEMA_CI_INLINE": "false", "SCHEMA_CI_COMMENT_SPLIT": "1"}, True, 4),
        ("true", {"SCHEMA_CI_INLINE": "true", "SCHEMA_CI_COMMENT_SPLIT": "2"}, True, 2),
        ("", {"SCHEMA_CI_INLINE": "false", "SCHEMA_CI_COMMENT_SPLIT": "1"}, False, 1),
    ],
)
def test_a_typed_input_with_its_default_leaves_it_to_the_file(
    tmp_path: Path, unset: str, given: dict[str, str], inline: bool, split: int
) -> None:
    """GitLab's booleans and numbers always have a value."""
    text = f"[publish]\ninline = true\ncomment-split = 4\n{ONE}"

    config = loaded(tmp_path, text, {DEFAULTS_ARE_UNSET: unset, **given})

    assert (inline, split) == (config.comments.inline, config.comments.split)


def test_of_many_rules_only_the_nearest_are_shown(tmp_path: Path) -> None:
    (tmp_path / "schema-ci.toml").write_text(f"{ONE}[lint.rules]\ndrop-colum = 'off'\n")

    many = ["drop-column", *(f"rule-{number}" for number in range(100))]
    with pytest.raises(ConfigError, match="did you mean `drop-column`") as refused:
        load(tmp_path, {}, {}, many)

    assert "use one of: drop-column; " in refused.value.next_step
    assert len(refused.value.next_step) < 200
    assert "`schema-ci rules` lists all" in refused.value.next_step


@pytest.mark.parametrize(
    ("table", "what", "line"),
    [
        ("dev = 'local://postgres'", "`dev` can't be 'local://postgres'", 4),
        ("[project.dev]\nurls = 'sqlite://'", "unknown key `project[0].dev.urls`", 5),
        ("[project.dev]\nurl = 'postgres://h/d'", "a server's URL may not stand", 5),
        ("[project.dev]\nlike = 'postgres://h/d'", "`dev.like` names the environment variable", 5),
        ("[project.dev]\nroles = 'pg_monitor'", "`dev.roles` can't hold 'pg_monitor'", 5),
        ("[project.dev]\nsetup = '../base.sql'", "leads out of the repository", 5),
        ("[project.dev]\nmegabytes = 5", "unknown key `project[0].dev.megabytes`", 5),
    ],
)
def test_a_mistake_in_a_projects_own_dev_table_has_its_line(
    tmp_path: Path, table: str, what: str, line: int
) -> None:
    with pytest.raises(ConfigError) as mistake:
        loaded(tmp_path, f"[[project]]\nname = 'app'\ndialect = 'sqlite'\n{table}\n")

    assert mistake.value.what.startswith(what) or what in mistake.value.what
    assert f"schema-ci.toml:{line}" == mistake.value.where


def test_only_superuser_is_told_a_projects_own_table_by_the_environment(tmp_path: Path) -> None:
    text = f"{ONE}[project.dev]\nurl = 'sqlite://'\n"
    environ = {"SCHEMA_CI_DEV_URL": "local://postgres", "SCHEMA_CI_DEV_SUPERUSER": "true"}

    config = loaded(tmp_path, text, environ)

    [project] = config.projects
    assert project.dev
    assert ("sqlite://", True) == (project.dev.url, project.dev.superuser)
    assert "local://postgres" == config.dev.url
