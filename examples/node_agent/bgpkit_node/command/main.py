"""The command ``bgpkit-node``: its words, and the one place where errors become sentences."""

import importlib
import os
import sys
from typing import Final

import click

from bgpkit_node.errors import NodeError

_COMMANDS: Final = ("agent", "apply", "delete", "demo", "get", "install", "ipam", "node")


class _Words(click.Group):
    """A group that loads the module of a command only when the command is used, so that each is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"bgpkit_node.command.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.command(cls=_Words, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bgpkit", message="bgpkit-node %(version)s")
def bgpkit_node() -> None:
    """Run a pod network over BGP: the agent of a node, and the words to look at the network and change it."""


def main() -> None:
    """Run the command; every error is one sentence on standard error and exit code 1."""
    try:
        bgpkit_node(prog_name="bgpkit-node", standalone_mode=False)
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
            click.echo(f"bgpkit-node: {line}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
