"""What is different when the command is called by the name ``calicoctl``: its words only, and options without use."""

from copy import copy
from pathlib import Path
from typing import Final

import click

from bgpkit_node.errors import UsageError

PROGRAM: Final = "calicoctl"
WORDS: Final = (
    "apply",
    "create",
    "datastore",
    "delete",
    "get",
    "ipam",
    "label",
    "node",
    "patch",
    "replace",
    "validate",
    "version",
)
INSTEAD: Final = {
    "convert": "resources of the API v1 are not read; write projectcalico.org/v3",
    "cluster": "bgpkit-node doctor and bgpkit-node routes diff look at all nodes",
}
"""Words of calicoctl that are not offered, and what there is instead."""
_INSTEAD_OF_NODE: Final = {
    "run": "bgpkit-node agent runs this node, in the foreground",
    "diags": "bgpkit-node doctor --json examines this node and the cluster",
    "checksystem": "bgpkit-node doctor examines this node",
}


def is_called(program: str) -> bool:
    """Tell whether ``program``, the word by which the command was started, is that of calicoctl."""
    return Path(program).name == PROGRAM


def with_options(command: click.Command) -> click.Command:
    """Return ``command``, and the words below it, taking calicoctl's options that have no meaning here, too."""
    known = {option for parameter in command.params for option in parameter.opts}
    wider = copy(command)
    wider.params = [*command.params, *(option for option in _options() if not known & set(option.opts))]
    if isinstance(wider, click.Group):
        wider.commands = {name: with_options(below) for name, below in wider.commands.items()}
        if wider.name == "node":
            wider.commands |= {name: elsewhere(f"node {name}", _INSTEAD_OF_NODE[name]) for name in _INSTEAD_OF_NODE}
    return wider


def elsewhere(words: str, instead: str) -> click.Command:
    """Return a command that says what there is instead of it, whatever is said with it."""

    def refuse(rest: tuple[str, ...]) -> None:
        """Say so."""
        del rest
        raise UsageError(f"{words} is not offered: {instead}")

    rest = click.Argument(["rest"], nargs=-1, type=click.UNPROCESSED)
    return click.Command(
        words.rpartition(" ")[2],
        callback=refuse,
        params=[rest],
        hidden=True,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True},
    )


def _options() -> list[click.Option]:
    return [
        click.Option(
            ["--allow-version-mismatch"],
            is_flag=True,
            expose_value=False,
            hidden=True,
            help="Taken, without effect: versions are not compared.",
        ),
        click.Option(["--context"], expose_value=False, hidden=True, help="Taken, without effect: no kubeconfig."),
        click.Option(["-l", "--log-level"], expose_value=False, hidden=True, help="Taken, without effect."),
    ]
