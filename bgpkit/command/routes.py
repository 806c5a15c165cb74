"""The command ``bgpkit routes``: what a running speaker has in its RIBs."""

import argparse
import sys
from typing import Final

from bgpkit.command.asking import add_arguments, asked, tell, tell_json_array
from bgpkit.command.errors import UsageError
from bgpkit.command.route_text import ROUTE_HEAD, ROUTE_NUMBERS, route_row
from bgpkit.command.table_text import TableText, terminal_width
from bgpkit.control import ControlClient

SUMMARY: Final = "the running speaker's routes"
VIEWS: Final = ("received", "accepted", "loc-rib", "sent")

_DESCRIPTION: Final = """\
List routes: the best one of each destination, or with --peer all that a peer has announced. With a prefix all paths
to it, with an address those to the longest prefix that holds it. '>' marks the best path, 'x' one that may not be
chosen, for the reason behind it."""
_EXAMPLES: Final = """\
  bgpkit routes
  bgpkit routes 198.51.100.0/24
  bgpkit routes 198.51.100.7
  bgpkit routes --peer 192.0.2.1 --view received 198.51.0.0/16 --longer
  bgpkit routes --peer 192.0.2.1 --view sent --json | jq -r '.[].destination'"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of this command."""
    add_arguments(parser, _DESCRIPTION, _EXAMPLES)
    add = parser.add_argument
    add("prefix", nargs="?", default="", metavar="PREFIX", help="routes to this prefix, or to this address")
    add("--longer", action="store_true", help="routes inside PREFIX, too")
    add("--family", default="", metavar="NAME", help="default: that of PREFIX, else ipv4-unicast")
    add("--peer", default="", metavar="ADDRESS", help="routes from this peer, or with '--view sent' to it")
    add(
        "--view",
        choices=VIEWS,
        default="",
        help="received: before the import policy; accepted: after it, with 'x' before what it refuses; "
        "loc-rib: the best; sent: after the export policy",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and tell; return the exit status."""
    if arguments.longer and "/" not in arguments.prefix:
        raise UsageError("--longer asks for what lies inside a prefix: give one, such as 198.51.0.0/16")
    if arguments.view == "sent" and not arguments.peer:
        raise UsageError("what is sent differs from peer to peer: name one with --peer")

    def told(client: ControlClient) -> None:
        routes = client.ask(
            "routes",
            family=arguments.family,
            peer=arguments.peer,
            view=arguments.view,
            prefix=arguments.prefix,
            longer=arguments.longer,
        )
        if arguments.json:
            tell_json_array(routes)
            return
        table = TableText(ROUTE_HEAD, numbers=ROUTE_NUMBERS, width=terminal_width())
        if not table.write(map(route_row, routes), sys.stdout.write):
            tell(["there are no such routes"])

    return asked(arguments, told)
