"""MySQL and MariaDB."""

from ci_runner.dialects.mysql.dialect import MysqlDialect

DIALECT = MysqlDialect()

__all__ = ["DIALECT"]
