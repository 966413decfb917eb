"""The `schema-ci` command: the only place that prints errors and exits."""

from __future__ import annotations

import gc
import os
import sys
import traceback

import click

from ci_runner import __version__
from ci_runner.cli import (
    chatops,
    dev,
    migrations,
    projects,
    publishing,
    rebase,
    report,
    review,
    rules,
    schema,
    sizes,
)
from ci_runner.cli.terminal import Terminal
from ci_runner.errors import ExitCode, SchemaCiError
from ci_runner.log import Level
from ci_runner.secrets import Redactor

# A schema of a thousand tables is a hundred thousand values that live as long as we do: the usual
# 700 between two looks for garbage would make a third of our time of them.
COLLECTION = (700_000, 10, 10)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="schema-ci")
def cli() -> None:
    """Review the database schema change of a pull request."""


for _command in (
    review.run,
    migrations.diff,
    review.lint,
    review.dry_run,
    sizes.stats,
    migrations.hash_,
    migrations.validate,
    rebase.rebase,
    schema.schema,
    publishing.publish,
    chatops.chatops,
    projects.projects,
    report.report,
    rules.rules,
    dev.dev,
    rules.explain,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line; every error becomes a few lines and an exit code of its own."""
    from ci_runner.devdb.signals import terminate_cleanly

    gc.set_threshold(*COLLECTION)
    terminate_cleanly()
    redactor = Redactor.of_environment()
    log = Terminal(Level.NORMAL, redactor).log
    try:
        code = cli.main(standalone_mode=False, obj=redactor)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else ExitCode.OK)
    except SchemaCiError as error:
        log.error(str(error))
        sys.exit(error.exit_code)
    except click.exceptions.Abort:
        log.error("interrupted")
        sys.exit(ExitCode.INTERRUPTED)
    except click.ClickException as usage:
        log.error(f"{usage.format_message()}\n  next: schema-ci {_command_name()}--help")
        sys.exit(ExitCode.USAGE)
    except BrokenPipeError:
        # Whoever read our result has gone; Python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)
    except Exception:  # noqa: BLE001 - the last resort: an own exit code, and no secret in the trace
        log.error(
            f"schema-ci {__version__} has a fault\n{traceback.format_exc()}"
            "  next: report it with these lines"
        )
        sys.exit(ExitCode.INTERNAL)
    finally:
        # Before it ends, Python looks through all that is alive for garbage, several times.
        gc.freeze()


def _command_name() -> str:
    """The subcommand that was asked for, as far as it exists."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    return f"{name} " if name in cli.commands else ""
