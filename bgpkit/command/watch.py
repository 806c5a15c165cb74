"""The command ``bgpkit watch``: what changes in a running speaker, as it happens."""

import argparse
import json
import sys
from collections.abc import Iterable
from typing import Final

from bgpkit.command.asking import Item, add_arguments, asked
from bgpkit.command.errors import UsageError
from bgpkit.command.event_text import event_line
from bgpkit.command.route_text import change_line
from bgpkit.control import ControlClient

SUMMARY: Final = "what changes in the running speaker, as it happens"

_DESCRIPTION: Final = """\
Tell the best route of each destination, then every change of one, until Ctrl-C: '+' and what it is now, '-' when
there is none any more. Who reads slowly gets the last state of a destination, not all states between. With --events
tell what happens to peers, and to the kernel's routes where they are kept. --json writes an object a line."""
_EXAMPLES: Final = """\
  bgpkit watch
  bgpkit watch --news 198.51.0.0/16 203.0.113.0/24
  bgpkit watch --family ipv6-unicast --json | jq .destination
  bgpkit watch --events"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of this command."""
    add_arguments(parser, _DESCRIPTION, _EXAMPLES)
    add = parser.add_argument
    add("prefixes", nargs="*", metavar="PREFIX", help="only what lies inside one of these")
    add("--family", default="", metavar="NAME", help="default: that of PREFIX, else ipv4-unicast")
    add("--news", action="store_true", help="changes only, not what there is to begin with")
    add("--events", action="store_true", help="what happens to peers and in the kernel, in place of routes")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask and tell until interrupted; return the exit status."""
    if arguments.events and (arguments.prefixes or arguments.family or arguments.news):
        raise UsageError("--events tells of peers and the kernel: leave out prefixes, --family and --news")

    def told(client: ControlClient) -> None:
        if arguments.events:
            tell_events(client.ask("events"), as_json=arguments.json, calm=True)
            return
        words = {"prefixes": arguments.prefixes, "family": arguments.family, "news": arguments.news}
        tell_events(client.ask("watch", **words), as_json=arguments.json, calm=False)

    try:
        return asked(arguments, told)
    except KeyboardInterrupt:
        return 0


def tell_events(events: Iterable[Item], *, as_json: bool, calm: bool) -> None:
    """Write a line for each event; each at once, but those of the snapshot together."""
    for event in events:
        if event.get("event") == "snapshot-end":
            calm = True
        elif event.get("event") == "snapshot-start":
            calm = False
        line = json.dumps(event) if as_json else _line(event)
        if line:
            sys.stdout.write(f"{line}\n")
        if calm:
            sys.stdout.flush()


def _line(event: Item) -> str:
    match event.get("event"):
        case None:
            return event_line(event)
        case "route":
            return change_line(event)
        case "lagged":
            return f"# behind: of {event['keys']} changes only the last of each destination follows"
        case _:
            return ""
