"""The command ``bgpkit-node``: its words, and the one place where errors become sentences."""

import importlib
import io
import os
import sys
from typing import Final

import click

from bgpkit_node.command import calicoctl
from bgpkit_node.command.log_lines import log_to_standard_error
from bgpkit_node.errors import NodeError, UsageError

_COMMANDS: Final = (
    "advise",
    "agent",
    "apply",
    "controllers",
    "create",
    "datastore",
    "delete",
    "demo",
    "diagnose",
    "doctor",
    "drain",
    "explain",
    "get",
    "install",
    "ipam",
    "label",
    "migrate",
    "node",
    "patch",
    "policy",
    "replace",
    "routes",
    "topology",
    "validate",
    "version",
)


class _Words(click.Group):
    """A group that loads the module of a command only when the command is used, so that each is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        if ctx.info_name == calicoctl.PROGRAM:
            return [name for name in _COMMANDS if name in calicoctl.WORDS]
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if ctx.info_name == calicoctl.PROGRAM and cmd_name in calicoctl.INSTEAD:
            return calicoctl.elsewhere(cmd_name, calicoctl.INSTEAD[cmd_name])
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"bgpkit_node.command.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return calicoctl.with_options(command) if ctx.info_name == calicoctl.PROGRAM else command


@click.command(cls=_Words, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bgpkit", message="%(prog)s %(version)s")
def bgpkit_node() -> None:
    """Run a pod network over BGP: the agent of a node, and the words to look at the network and change it."""


def run() -> None:
    """Run the command; every error is one sentence on standard error; exit code 1, and 2 for wrong words."""
    _open_what_is_closed()
    program: str = "bgpkit-node"
    command: click.Command = bgpkit_node
    if calicoctl.is_called(sys.argv[0]):
        program, command = calicoctl.PROGRAM, calicoctl.with_options(bgpkit_node)
    log_to_standard_error()  # the agent logs in its own way
    try:
        command(prog_name=program, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        _write_no_more()  # whoever read our words has read enough
        sys.exit(1)
    except NodeError as error:
        for line in str(error).splitlines():
            click.echo(f"{program}: {line}", err=True)
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except OSError as error:  # all others have become a NodeError where they arose
        where = f"{error.filename}: cannot be used" if error.filename else "the output cannot be written"
        click.echo(f"{program}: {where}: {error.strerror or error}", err=True)
        _write_no_more()
        sys.exit(1)


def _open_what_is_closed() -> None:
    """Whoever has closed a standard stream has nothing to say in it and wants to hear nothing there."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, io.TextIOWrapper(io.FileIO(os.devnull, mode), encoding="utf-8"))


def _write_no_more() -> None:
    """Let the interpreter not find the same fault of standard output again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
