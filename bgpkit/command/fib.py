"""The command ``bgpkit fib``: the kernel's routes, what is wanted of them, and where the two differ."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import aclosing
from itertools import groupby
from typing import Final

from bgpkit.command.asking import Item, add_arguments, asked, tell, tell_json_array
from bgpkit.command.errors import UsageError
from bgpkit.command.fib_text import FIB_HEAD, diff_line, fib_row, summary_line
from bgpkit.command.log_lines import say
from bgpkit.command.table_text import TableText, terminal_width
from bgpkit.command.wrapping import printable
from bgpkit.control import ControlClient, ControlError
from bgpkit.errors import BgpError, ConfigError

SUMMARY: Final = "the running speaker's routes in the kernel, and what differs"

_SHOW: Final = """\
List what a running speaker wants in the kernel's table and what is there: installed, reduced (without those of several
next hops that cannot be used now), pending, failed, conflict (another program's route has its place), adopted (of a
former run, and not asked for yet). With a prefix or an address only what there is of it. --kernel asks no speaker but
the kernel itself, whosever its routes are; that needs no privilege."""
_SHOW_EXAMPLES: Final = """\
  bgpkit fib show
  bgpkit fib show 198.51.100.7
  bgpkit fib show --failed --json | jq -r '.[].reason'
  bgpkit fib show --kernel --protocol bgp --table 254"""
_DIFF: Final = """\
Have a running speaker read the kernel's table now, and list each prefix of which something differs from what is wanted,
one a line, then how many that are. Nothing is written."""
_DIFF_EXAMPLES: Final = """\
  bgpkit fib diff
  bgpkit fib diff --json | jq -r '.[].prefix'"""
_DIFF_STATUS: Final = """
exit status:
  0    nothing differs
  1    something differs, or there is no answer, for the reason on standard error
  2    the command line is not right
"""
_CHOICES: Final = ("wanted", "present", "foreign", "failed")


def configure(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of this command."""
    commands = parser.add_subparsers(metavar="show|diff", required=True)
    show = commands.add_parser("show", help="each prefix, what is wanted of it, and what is there")
    add_arguments(show, _SHOW, _SHOW_EXAMPLES)
    _add_choices(show)
    show.set_defaults(run=run_show)
    diff = commands.add_parser("diff", help="only what differs, by a new look at the table; exit status 1 if anything")
    add_arguments(diff, _DIFF, _DIFF_EXAMPLES)
    note, _, examples = str(diff.epilog).partition("\nexit status:")
    diff.epilog = f"{note}{_DIFF_STATUS}\nexamples:{examples.partition('examples:')[2]}"
    diff.set_defaults(run=run_diff)


def _add_choices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "prefix", nargs="?", default="", metavar="PREFIX", help="this prefix, or the longest for an address"
    )
    only = parser.add_mutually_exclusive_group()
    for choice, what in zip(
        _CHOICES,
        (
            "only what is wanted",
            "only what is there of ours, wanted or not",
            "only routes of other programs",
            "only what the kernel has refused",
        ),
        strict=True,
    ):
        only.add_argument(f"--{choice}", dest="only", action="store_const", const=choice, default="", help=what)
    add = parser.add_argument_group("the kernel itself").add_argument
    add("--kernel", action="store_true", help="ask the kernel, no speaker")
    add("--protocol", metavar="NAME", help="only routes of this protocol, by name or number: bgp, static, 186")
    add("--table", type=int, metavar="N", help="the table (default: 254, the main one)")
    add("--vrf", metavar="DEVICE", help="the table of this VRF")
    add("--netns", metavar="NAME", help="another network namespace: a name of 'ip netns', or a path")


def run_show(arguments: argparse.Namespace) -> int:
    """Ask and tell; return the exit status."""
    beside = [word for word in ("protocol", "table", "vrf", "netns") if getattr(arguments, word) is not None]
    if arguments.kernel:
        return _show_kernel(arguments)
    if beside:
        raise UsageError(f"--{beside[0]} goes with --kernel: a speaker has one table, and one protocol number")

    def told(client: ControlClient) -> None:
        _write(_asked(client, "fib", prefix=arguments.prefix, only=arguments.only), as_json=arguments.json)

    return asked(arguments, told)


def run_diff(arguments: argparse.Namespace) -> int:
    """Ask and tell; return the exit status: 1 when anything differs."""
    statuses: Counter[str] = Counter()

    def told(client: ControlClient) -> None:
        totals: Item = {}

        def differences() -> Iterator[Item]:
            """Yield what differs, and count it."""
            nonlocal totals
            for item in _asked(client, "fib-diff"):
                if "prefix" in item:
                    statuses[str(item["status"])] += 1
                    yield item
                else:
                    totals = item

        if arguments.json:
            tell_json_array(differences())
            return
        tell(printable(diff_line(item)) for item in differences())
        tell([summary_line(statuses, totals)])

    status = asked(arguments, told)
    return status or int(bool(statuses))


def _write(items: Iterator[Item], *, as_json: bool) -> None:
    if as_json:
        tell_json_array(items)
        return
    count = 0
    for _, rows in groupby(map(fib_row, items), key=lambda row: ":" in row[0]):
        if count:
            tell([""])  # the prefixes of IPv6 need columns of their own
        count += TableText(FIB_HEAD, width=terminal_width()).write(rows, sys.stdout.write)
    if not count:
        tell(["there are no such routes"])


def _asked(client: ControlClient, do: str, **words: object) -> Iterator[Item]:
    """Yield what the speaker answers; ControlError, in words of its own for a program that keeps no table."""
    try:
        yield from client.ask(do, **words)
    except ControlError as error:
        if str(error).startswith("there is no request"):
            raise ControlError("the program that runs there keeps no routes in the kernel") from None
        raise


def _show_kernel(arguments: argparse.Namespace) -> int:
    """Read the kernel's table and tell; return the exit status."""
    if arguments.prefix or arguments.only or arguments.socket:
        raise UsageError("--kernel lists a whole table: leave out PREFIX, --socket and what a speaker knows")
    protocol = _protocol(arguments)
    try:
        items = asyncio.run(_read(arguments, protocol))
    except BgpError as error:
        say(f"bgpkit: {error}")
        return 1
    _write(iter(items), as_json=arguments.json)
    return 0


def _protocol(arguments: argparse.Namespace) -> int | None:
    """Return the protocol that is meant, None for all; UsageError when there is none, or no such table can be."""
    from bgpkit.fib import protocol_number  # Linux only, and only where the kernel itself is asked
    from bgpkit.fib.place import Place

    try:
        Place(table=arguments.table, vrf=arguments.vrf, netns=arguments.netns)
        return None if arguments.protocol is None else protocol_number(arguments.protocol)
    except ConfigError as error:
        raise UsageError(str(error)) from error


async def _read(arguments: argparse.Namespace, protocol: int | None) -> list[Item]:
    from bgpkit.command.fib_row import present_row
    from bgpkit.fib import read_table

    async with aclosing(read_table(table=arguments.table, vrf=arguments.vrf, netns=arguments.netns)) as found:
        routes = [route async for route in found if protocol in {None, route.protocol}]
    return [present_row(route) for route in sorted(routes, key=lambda route: route.prefix)]
