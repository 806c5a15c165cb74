"""The command ``bgpkit peers``: a running speaker's peers."""

import argparse
import sys
from typing import Final

from bgpkit.command.asking import add_arguments, asked, tell, tell_json_array
from bgpkit.command.speaker_text import PEER_HEAD, PEER_NUMBERS, now, peer_facts, peer_row
from bgpkit.command.table_text import TableText, facts_text, terminal_width
from bgpkit.control import ControlClient

SUMMARY: Final = "the running speaker's peers"

_DESCRIPTION: Final = """\
List the peers of the running speaker, or tell all about one. NOTE is the description of a peer whose session is
Established, and why the last session or attempt of another ended; 'bgpkit explain --peer' says more."""
_EXAMPLES: Final = """\
  bgpkit peers
  bgpkit peers 192.0.2.1
  bgpkit peers --json | jq -r '.[] | select(.state != "established") | .address'"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of this command."""
    add_arguments(parser, _DESCRIPTION, _EXAMPLES)
    parser.add_argument("peer", nargs="?", default="", metavar="ADDRESS", help="tell all about this peer")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and tell; return the exit status."""

    def told(client: ControlClient) -> None:
        peers = client.ask("peers", peer=arguments.peer)
        if arguments.json:
            tell_json_array(peers)
        elif arguments.peer:
            for peer in peers:
                tell(facts_text(peer_facts(peer, now())))
        else:
            moment = now()
            table = TableText(PEER_HEAD, numbers=PEER_NUMBERS, width=terminal_width())
            if not table.write((peer_row(peer, moment) for peer in peers), sys.stdout.write):
                tell(["there are no peers"])

    return asked(arguments, told)
