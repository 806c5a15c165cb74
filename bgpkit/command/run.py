"""The command ``bgpkit run``: a speaker from a configuration file, in the foreground."""

import argparse
import asyncio
from pathlib import Path
from typing import Final

from bgpkit.command.asking import tell, tell_json
from bgpkit.command.errors import UsageError
from bgpkit.command.log_lines import log_to_standard_error, say
from bgpkit.command.run_daemon import Daemon, socket_of
from bgpkit.configuration import Configuration, ConfigurationFileError, check, load
from bgpkit.control import ControlClient
from bgpkit.errors import BgpError

SUMMARY: Final = "run a speaker from a configuration file"

_DESCRIPTION: Final = """\
Run a BGP speaker in the foreground, as a TOML file says: who it is, its peers and groups, policies, routes of its own.
SIGHUP reads the file again and changes what is different in it, and nothing else; a file with faults changes nothing.
Ctrl-C or SIGTERM ends it."""

_EPILOG: Final = """\
The format of the file is described in bgpkit/configuration/README.md; an example is examples/speaker.toml. The
commands status, peers, routes, explain and watch ask a running daemon through its local socket.

exit status:
  0    ended by Ctrl-C or SIGTERM; the file is in order; the difference has been told
  1    it could not run, or the file has faults, for the reasons on standard error
  2    the command line is not right

examples:
  bgpkit run /etc/bgpkit/speaker.toml
  bgpkit run --check speaker.toml        each fault with its line
  bgpkit run --diff speaker.toml         what a SIGHUP would do, peer by peer"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of this command."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="the configuration, in TOML")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--check", action="store_true", help="see whether the file is in order, and end")
    only.add_argument("--diff", action="store_true", help="tell what the file would change in the running one, and end")
    add("--json", action="store_true", help="with --diff: for machines")
    add("--socket", type=Path, metavar="PATH", help="the local socket (default: what the file says)")
    add("--restarting", action="store_true", help="forwarding went on meanwhile: ask peers for their routes (RFC 4724)")
    add("--log", choices=("quiet", "info", "debug"), help="what standard error is told (default: what the file says)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run until told to end, or only check or compare; return the exit status. UsageError for words without sense."""
    if arguments.json and not arguments.diff:
        raise UsageError("--json goes with --diff")
    try:
        configuration = load(arguments.file)
        log_to_standard_error(arguments.log or configuration.log.level.value)
        if arguments.check:
            asyncio.run(check(configuration))
            tell([f"{arguments.file}: in order: {_counts(configuration)}"])
        elif arguments.diff:
            _tell_difference(arguments, configuration)
        else:
            daemon = Daemon(configuration, socket=arguments.socket, log=arguments.log, restarting=arguments.restarting)
            asyncio.run(daemon.run())
    except ConfigurationFileError as error:
        say(str(error))
        return 1
    except BgpError as error:
        say(f"bgpkit: {error}")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _counts(configuration: Configuration) -> str:
    counts = (
        ("peer", len(configuration.peers.named)),
        ("range of peers", len(configuration.peers.ranges)),
        ("announced prefix", sum(len(each.prefixes) for each in configuration.announcements)),
        ("aggregate", len(configuration.aggregates)),
    )
    return ", ".join(f"{count} {_plural(noun, count)}" for noun, count in counts if count or noun == "peer")


def _plural(noun: str, count: int) -> str:
    plurals = {"range of peers": "ranges of peers", "announced prefix": "announced prefixes"}
    return noun if count == 1 else plurals.get(noun, f"{noun}s")


def _tell_difference(arguments: argparse.Namespace, configuration: Configuration) -> None:
    """Ask the running daemon what the file would change."""
    with ControlClient(socket_of(configuration, arguments.socket)) as client:
        for item in client.ask("plan", file=str(arguments.file.absolute())):
            if arguments.json:
                tell_json(item["plan"])
            else:
                tell(str(item["text"]).splitlines())
