"""The command ``bgpkit status``: how a running speaker stands."""

import argparse
from typing import Final

from bgpkit.command.asking import add_arguments, asked, tell, tell_json
from bgpkit.command.speaker_text import now, status_facts
from bgpkit.command.table_text import facts_text
from bgpkit.control import ControlClient

SUMMARY: Final = "how the running speaker stands"

_DESCRIPTION: Final = "Tell who the running speaker is, since when, and how many peers and routes it has."
_EXAMPLES: Final = """\
  bgpkit status
  bgpkit status --json | jq .routes"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of this command."""
    add_arguments(parser, _DESCRIPTION, _EXAMPLES)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and tell; return the exit status."""

    def told(client: ControlClient) -> None:
        for status in client.ask("status"):
            whole = {**status, "pid": client.greeting.get("pid")}
            if arguments.json:
                tell_json(whole)
            else:
                tell(facts_text(status_facts(whole, now())))

    return asked(arguments, told)
