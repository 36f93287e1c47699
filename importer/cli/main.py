"""The command ``retro-import``: finds the sub-command, loads only its module, turns errors into exit statuses.

Conventions: stdout holds results, stderr the log and the progress. Exit status: 0 all well, 2 wrong usage, 3 some files failed,
4 a named input does not exist, 5 temporary, 6 the database needs an upgrade or is newer, 1 a bug.
"""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from typing import Final

import click

from importer import __version__
from importer.cli.output import silence_stdout
from importer.errors import RetroImportError

#: sub-command -> module and function
COMMANDS: Final = {
    "import": "importer.cli.import_command:import_command",
    "report": "importer.cli.report_command:report",
    "show": "importer.cli.session_commands:show",
    "explain": "importer.cli.session_commands:explain",
    "export": "importer.cli.export_command:export",
    "tag": "importer.cli.label_commands:tag",
    "confirm": "importer.cli.label_commands:confirm",
    "reject": "importer.cli.label_commands:reject",
    "withdraw": "importer.cli.label_commands:withdraw",
    "retag": "importer.cli.retag_command:retag",
    "link": "importer.cli.link_commands:link",
    "unlink": "importer.cli.link_commands:unlink",
    "keep": "importer.cli.link_commands:keep",
    "undo": "importer.cli.removal_commands:undo",
    "delete": "importer.cli.removal_commands:delete",
    "athlete": "importer.cli.athlete_commands:athlete",
    "verify": "importer.cli.verify_command:verify_command",
    "evaluate": "importer.cli.evaluate_command:evaluate_command",
    "watch": "importer.cli.watch_command:watch",
    "schedule": "importer.cli.schedule_command:schedule",
    "status": "importer.cli.status_command:status",
    "retry": "importer.cli.retry_command:retry",
    "db": "importer.cli.db_commands:db",
}


class _Group(click.Group):
    """Commands by name; the first word that is none means ``import``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        home = COMMANDS.get(cmd_name)
        if home is None:
            return None
        module, _, name = home.partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in COMMANDS and args[0] not in ("--help", "-h", "--version"):
            args = ["import", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError as error:
            # the reader of our output went away (`| head`): nothing is wrong. click would end with status 1, which means a bug
            raise _NobodyReadsError from error


class _NobodyReadsError(Exception):
    """Nobody reads stdout any more."""


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
    epilog="`retro-import FILE` is short for `retro-import import FILE`. Every command has its own --help.",
)
@click.version_option(__version__, message="retro-import %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Find the backward running in FIT, GPX and TCX files, say how it is known, and keep it in a database."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> None:
    """Run the program and end with its exit status."""
    gc.disable()  # one short run of immutable values: collecting costs a tenth of the start-up and frees nothing
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy starts quicker without a pool of threads that nothing here uses
    try:
        status = cli.main(prog_name="retro-import", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except click.Abort:
        click.echo("stopped", err=True)
        status = 130
    except RetroImportError as error:
        click.echo(f"retro-import: {error}", err=True)
        status = error.exit_status
    except _NobodyReadsError:
        silence_stdout()
        status = 0
    except OSError as error:
        click.echo(f"retro-import: {error.strerror or error}: check the disk and the place you write to", err=True)
        status = 5
    gc.freeze()  # or the interpreter looks for garbage once more on its way out: 45 ms with these libraries (measured)
    sys.exit(status)
