"""What the commands that ask a running speaker have in common: where it is, and how its answers are written."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from bgpkit.command.log_lines import say
from bgpkit.control import ControlClient, ControlError, socket_to_ask

Item = Mapping[str, object]
"""A JSON object of an answer."""

SOCKET_NOTE: Final = """\
The speaker is asked through its local socket: the one that --socket names, else the variable BGPKIT_SOCKET of the
environment, else the user's own daemon, else /run/bgpkit/bgpkit.sock.

exit status:
  0    done
  1    there is no answer, for the reason on standard error
  2    the command line is not right
"""


def add_arguments(parser: argparse.ArgumentParser, description: str, examples: str) -> None:
    """Give a parser what all of these commands have."""
    parser.description = description
    parser.epilog = f"{SOCKET_NOTE}\nexamples:\n{examples}"
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--socket", type=Path, metavar="PATH", help="the local socket of the speaker")
    parser.add_argument("--json", action="store_true", help="for machines")


def asked(arguments: argparse.Namespace, tell: Callable[[ControlClient], None]) -> int:
    """Connect to the speaker and ``tell`` what it answers; return the exit status."""
    try:
        with ControlClient(arguments.socket or socket_to_ask()) as client:
            tell(client)
    except ControlError as error:
        sys.stdout.flush()  # what has been told comes before the reason why there is no more
        say(f"bgpkit: {error}")
        return 1
    return 0


def tell(lines: Iterable[str]) -> None:
    """Write lines to standard output."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def tell_json(value: object) -> None:
    """Write one JSON document."""
    sys.stdout.write(f"{json.dumps(value, indent=2)}\n")


def tell_json_array(items: Iterable[Item]) -> None:
    """Write one JSON document, an array with an item a line, while the items come in."""
    separator = "["
    for item in items:
        sys.stdout.write(f"{separator}\n{json.dumps(item)}")
        separator = ","
    sys.stdout.write("\n]\n" if separator == "," else "[]\n")
