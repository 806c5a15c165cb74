"""The command ``bgpkit-node``: its words, and the one place where errors become sentences."""

import importlib
import os
import sys
from typing import Final

import click

from bgpkit_node.command import calicoctl
from bgpkit_node.command.log_lines import log_to_standard_error
from bgpkit_node.errors import NodeError

_COMMANDS: Final = (
    "agent",
    "apply",
    "create",
    "datastore",
    "delete",
    "demo",
    "explain",
    "get",
    "install",
    "ipam",
    "label",
    "node",
    "patch",
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
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"bgpkit_node.command.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return calicoctl.with_options(command) if ctx.info_name == calicoctl.PROGRAM else command


@click.command(cls=_Words, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bgpkit", message="bgpkit-node %(version)s")
def bgpkit_node() -> None:
    """Run a pod network over BGP: the agent of a node, and the words to look at the network and change it."""


def main() -> None:
    """Run the command; every error is one sentence on standard error and exit code 1."""
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
        # Whoever read our words has read enough; the interpreter must not find the closed pipe again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except NodeError as error:
        for line in str(error).splitlines():
            click.echo(f"{program}: {line}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
