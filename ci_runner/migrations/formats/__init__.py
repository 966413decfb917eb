"""The directory formats; this registry equals the folder, and a test says so."""

from __future__ import annotations

from ci_runner.migrations.formats.atlas import Atlas
from ci_runner.migrations.formats.base import Format
from ci_runner.migrations.formats.dbmate import Dbmate
from ci_runner.migrations.formats.flyway import Flyway
from ci_runner.migrations.formats.golang_migrate import GolangMigrate
from ci_runner.migrations.formats.goose import Goose
from ci_runner.migrations.formats.liquibase import Liquibase
from ci_runner.migrations.formats.plain import Plain

FORMATS: dict[str, Format] = {
    "atlas": Atlas(),
    "golang-migrate": GolangMigrate(),
    "flyway": Flyway(),
    "goose": Goose(),
    "dbmate": Dbmate(),
    "liquibase": Liquibase(),
    "plain": Plain(),
}
