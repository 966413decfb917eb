"""The `schema-ci` command: the only place that prints errors and exits."""

from __future__ import annotations

import sys
import traceback

import click

from ci_runner import __version__
from ci_runner.cli import migrations, review, schema
from ci_runner.cli.terminal import Terminal
from ci_runner.errors import ExitCode, SchemaCiError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="schema-ci")
def cli() -> None:
    """Review the database schema change of a pull request."""


cli.add_command(review.run)
cli.add_command(review.lint)
cli.add_command(review.dry_run)
cli.add_command(review.publish)
cli.add_command(migrations.diff)
cli.add_command(migrations.hash_)
cli.add_command(migrations.validate)
cli.add_command(schema.schema)


def main() -> None:
    """Run the command line; every error becomes four lines and an exit code of its own."""
    terminal = Terminal.for_errors()
    try:
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else ExitCode.OK)
    except SchemaCiError as error:
        terminal.error(str(error))
        if error.exit_code is ExitCode.INTERNAL:
            traceback.print_exc(file=sys.stderr)
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        terminal.error("interrupted")
        sys.exit(ExitCode.INTERRUPTED)
    except click.ClickException as usage:
        usage.show(sys.stderr)
        sys.exit(ExitCode.USAGE)
