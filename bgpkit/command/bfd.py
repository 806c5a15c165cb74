"""The command ``bgpkit bfd``: BFD sessions in a small process that outlives a restart of the speaker."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

import structlog

from bgpkit import BgpError
from bgpkit.bfd import BfdServer, BfdService, fetch_status
from bgpkit.command.bfd_text import session_table
from bgpkit.command.errors import UsageError
from bgpkit.command.log_lines import log_to_standard_error, say
from bgpkit.tuning import tune_gc

SUMMARY: Final = "watch the paths to peers (BFD) for speakers that may restart meanwhile"

_DESCRIPTION: Final = """\
Hold BFD sessions (RFC 5880, RFC 5881, RFC 5883) for speakers on this machine, which say over a Unix socket what paths
they want watched (bgpkit.bfd.BfdClient). When a speaker goes without a word its sessions go on, peers notice nothing,
and it finds them again when it is back: fast detection of failures and a restart without loss go together."""

_NICENESS: Final = -15

_EPILOG: Final = """\
Whoever may write to the socket may watch paths: only the user who runs this. No root is needed, but for a folder
that is root's; UDP ports 3784 and 4784 must be free. Ctrl-C or SIGTERM ends it: peers are told that BFD is turned off
(AdminDown), which is no failure to them.

exit status:
  0    ended by Ctrl-C or SIGTERM, or the status has been told
  1    it could not run, for the reason on standard error
  2    the command line is not right

examples:
  bgpkit bfd --socket /run/bgpkit/bfd.sock
  bgpkit bfd --socket /run/bgpkit/bfd.sock --status"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of this command."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--socket", type=Path, required=True, metavar="PATH", help="where speakers connect to")
    add("--listen", action="append", metavar="ADDRESS", help="take packets to this address only; may be repeated")
    add(
        "--keep",
        type=float,
        default=300.0,
        metavar="SECONDS",
        help="how long a session goes on for a speaker that is gone (default: 300)",
    )
    add("--status", action="store_true", help="tell the sessions of the one that runs at PATH, and end")
    add("--json", action="store_true", help="with --status: for machines")
    add("--log", choices=("quiet", "info", "debug"), default="info", help="what is said on standard error")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until told to end; UsageError when the words cannot be meant."""
    if not arguments.keep >= 0:  # nan, too
        raise UsageError(f"--keep {arguments.keep:g} is no number of seconds from 0 on")
    if arguments.json and not arguments.status:
        raise UsageError("--json goes with --status")
    log_to_standard_error(arguments.log)
    try:
        if arguments.status:
            return asyncio.run(_tell_status(arguments))
        asyncio.run(_hold(arguments))
    except BgpError as error:
        say(f"bgpkit bfd: {error}")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


async def _tell_status(arguments: argparse.Namespace) -> int:
    sessions = await fetch_status(arguments.socket)
    if arguments.json:
        sys.stdout.write(json.dumps([asdict(session) for session in sessions]) + "\n")
    else:
        sys.stdout.write(session_table(sessions))
    return 0


async def _hold(arguments: argparse.Namespace) -> None:
    listen = {} if arguments.listen is None else {"listen": tuple(arguments.listen)}
    service = BfdService(independent=True, keep_seconds=arguments.keep, **listen)
    # The socket first: a second copy is told so, and not that a port is taken.
    async with BfdServer(service, arguments.socket), service:
        tune_gc()
        _go_first()
        structlog.get_logger("bgpkit.command").info("bfd.started", socket=str(arguments.socket))
        name = await _told_to_end()
        up = sum(session.state == "Up" for session in service.sessions())
    say(f"bgpkit bfd: ended by {name}; {up} sessions that were up have been turned off (AdminDown)")


def _go_first() -> None:
    """Ask the kernel to let us run before others: late packets look like a failure to the peer."""
    with contextlib.suppress(OSError):  # who is not root may not
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)


async def _told_to_end() -> str:
    loop = asyncio.get_running_loop()
    told: asyncio.Future[str] = loop.create_future()

    def end(number: signal.Signals) -> None:
        if not told.done():
            told.set_result(number.name)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, end, number)
    return await told
