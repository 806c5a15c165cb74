"""The command ``bgpkit explain``: why a route is as it is, or why a session is not there."""

import argparse
from typing import Final

from bgpkit.command.asking import add_arguments, asked, tell, tell_json
from bgpkit.command.errors import UsageError
from bgpkit.command.wrapping import printable
from bgpkit.control import ControlClient

SUMMARY: Final = "why a route is chosen and sent or not, or why a session is not up"

_DESCRIPTION: Final = """\
Of a prefix tell each path, the step at which it lost, and what each peer is sent and why not; with --peer only what
this one gets. Without a prefix tell why the session with --peer is not Established, and what to do."""
_EXAMPLES: Final = """\
  bgpkit explain 198.51.100.0/24
  bgpkit explain 198.51.100.0/24 --peer 192.0.2.1
  bgpkit explain --peer 192.0.2.1"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of this command."""
    add_arguments(parser, _DESCRIPTION, _EXAMPLES)
    parser.add_argument("prefix", nargs="?", default="", metavar="PREFIX", help="the prefix to explain")
    parser.add_argument("--peer", default="", metavar="ADDRESS", help="the peer to explain, or whose part of it")
    parser.add_argument("--family", default="", metavar="NAME", help="default: the unicast family of PREFIX")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and tell; return the exit status."""
    if not arguments.prefix and not arguments.peer:
        raise UsageError("name a prefix, or a peer with --peer")

    def told(client: ControlClient) -> None:
        for item in client.ask("explain", prefix=arguments.prefix, peer=arguments.peer, family=arguments.family):
            if arguments.json:
                tell_json(item["explanation"])
            else:
                tell(map(printable, str(item["text"]).splitlines()))

    return asked(arguments, told)
