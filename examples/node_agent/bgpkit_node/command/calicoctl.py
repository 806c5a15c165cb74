"""What is different when the command is called by the name ``calicoctl``: its words only, and options without use."""

from copy import copy
from pathlib import Path
from typing import Final

import click

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
    return wider


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
