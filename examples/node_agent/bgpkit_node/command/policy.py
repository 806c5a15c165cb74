"""``bgpkit-node policy``: who may talk to whom, why, and what a node enforces of it."""

import importlib
from typing import Final

import click

_WORDS: Final = ("eval", "explain", "lint", "matrix", "program", "trace")


class _Words(click.Group):
    """A group that loads a module only when its word is used: ``policy_eval`` of ``command/policy_eval.py``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_WORDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _WORDS:
            return None
        module = importlib.import_module(f"bgpkit_node.command.policy_{cmd_name}")
        command: click.Command = getattr(module, f"policy_{cmd_name}")
        return command


@click.command(cls=_Words)
def policy() -> None:
    """Ask who may talk to whom, and why; enforce policies on one host without a datastore."""
