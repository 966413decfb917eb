"""Histories of real projects, where they lie beside the checkout: replay, write, load, inspect."""

from __future__ import annotations

from pathlib import Path

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.replay import Script, replay, script
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.errors import SqlError
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.formats.naming import natural
from ci_runner.migrations.reader import style_alone
from ci_runner.pipeline.sources import scripts
from ci_runner.schema.model import Table
from tests.dialects.mysql.dump import difference, dumped
from tests.dialects.mysql.laws import load

# MariaDB refuses to change the collation under a foreign key whatever foreign_key_checks says.
_REFUSED = "V4_103__mysql_specific_align_collation.sql"
CORPORA = Path(__file__).parents[4] / "shared" / "corpora"


def corpus(name: str) -> Path:
    place = CORPORA / name / "migrations"
    if not place.is_dir():
        pytest.skip(f"needs {place.relative_to(CORPORA.parents[1])} beside the checkout")
    return place


def alone(path: Path, text: str) -> Script:
    content = text.encode()
    file = MigrationFile(path.name, path.name, content, "", "")
    return script(file, style_alone(content), DIALECT)


def by_version(path: Path) -> tuple[tuple[int, int, str], ...]:
    return natural(f"{path.parent.name}/{path.name}")


def history(name: str) -> tuple[Script, ...]:
    """Through our own format where it fits, else by the files in their tool's order."""
    place = corpus(name)
    if name == "openfga-mysql":
        # MySQL reads LOCK behind DROP INDEX, MariaDB does not.
        return tuple(
            alone(each, each.read_text().replace(" LOCK = NONE", ""))
            for each in sorted(place.glob("*.sql"))
        )
    if name == "memos-mysql":
        rest = sorted(place.glob("*/*.sql"), key=by_version)
        return tuple(alone(each, each.read_text()) for each in [place / "0000_base.sql", *rest])
    every = scripts(DIALECT, str(place))
    return tuple(each for each in every if not each.path.endswith(_REFUSED))


def test_a_file_that_does_not_run_is_told_with_its_line(maria: MysqlConnection) -> None:
    every = scripts(DIALECT, str(corpus("uaa-mysql")))

    with pytest.raises(SqlError) as refused:
        replay(maria, every)

    assert refused.value.where.endswith(f"{_REFUSED}:2")
    assert refused.value.said.endswith("(1833)")


@pytest.mark.parametrize("name", ["conductor-mysql", "memos-mysql", "openfga-mysql", "uaa-mysql"])
def test_history_is_replayed_and_written_back(
    name: str, mysql_server: MysqlServer, mysql: MysqlConnection
) -> None:
    replay(mysql, history(name))
    found = DIALECT.inspect(mysql)
    written = "".join(f"{statement.sql};\n" for statement in DIALECT.create(found))

    with mysql_server.database() as other:
        load(other, written, "written.sql")

        assert [] != list(found.of_type(Table))
        assert found == DIALECT.inspect(other)
        assert [] == difference(dumped(mysql, ordered=True), dumped(other, ordered=True))
