"""The command ``bgpkit decode``: messages from wherever they stand, printed with verdicts."""

import argparse
import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from io import FileIO
from pathlib import Path
from typing import Final

from bgpkit.command.assumptions import Assumptions
from bgpkit.command.capture import read_capture
from bgpkit.command.errors import InputError, UsageError
from bgpkit.command.hex_text import is_hex, octets_of_hex
from bgpkit.command.items import Item, Note
from bgpkit.command.json_output import JsonOutput
from bgpkit.command.kind import Kind, kind_of
from bgpkit.command.octet_stream import read_octets
from bgpkit.command.records import read_records
from bgpkit.command.source import Source
from bgpkit.command.text_output import TextOutput
from bgpkit.command.wrapping import printable
from bgpkit.errors import BgpError
from bgpkit.wire import ROWS
from bgpkit_fsm import Family

BGP_PORT: Final = 179
"""RFC 4271, section 3."""
STANDARD_INPUT: Final = 0
"""The file descriptor."""
_NAME_LENGTH: Final = 40

SUMMARY: Final = "decode BGP messages from hex digits, octets, captures and MRT files"

_DESCRIPTION: Final = """\
Decode BGP messages and print them, each with the verdict of RFC 7606 where something is wrong with it.

The input is told by its content, never by its name; gzip, bzip2 and xz are unpacked:
  hex digits     on the command line, in a file or from standard input; white space, colons, commas and 0x
                 may stand between them
  octets         messages one after the other, as a session sends them
  pcap, pcapng   TCP is put together again; the terms of each session come from its two OPENs
  MRT            BGP4MP messages and state changes, TABLE_DUMP and TABLE_DUMP_V2 routes (RFC 6396, RFC 8050)
A word that names a file is that file; any other must be hex digits.

The same octets mean different things in different sessions. Nothing is guessed: where the OPENs of a session are
not there, the options below decide, and what is assumed is said."""

_EPILOG: Final = """\
exit status:
  0    everything was read; what is wrong with messages is part of the output
  1    octets that are no BGP messages, a file that cannot be read or has no message; the sentence on standard
       error says what is wrong, and at which octet
  2    the command line is not right

lines that start with # are notes. With --json they go to standard error, and each line of the output is an object:
  kind, number, offset, packet, record, time, from, to, and of a message: type, length, message,
  verdict (action, faults, notification), octets

examples:
  bgpkit decode ffffffffffffffffffffffffffffffff001304
  bgpkit decode --as2 --ebgp update.hex
  bgpkit decode session.pcap
  bgpkit decode --addpath ipv4-unicast --addpath ipv6-unicast stream.bin
  bgpkit decode --json --count 1000 updates.20161101.0000.bz2 | jq 'select(.verdict.action != "accept")'
  tcpdump -U -w - port 179 | bgpkit decode -"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of this command."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.set_defaults(run=run)
    parser.add_argument("input", nargs="+", metavar="HEX|FILE", help="hex digits, a file, or - for standard input")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument("--count", type=_positive, metavar="N", help="stop after N messages or records")
    parser.add_argument(
        "--port",
        type=_port,
        action="append",
        metavar="N",
        help=f"in captures, take the connections of TCP port N; may be given again (default: {BGP_PORT})",
    )
    terms = parser.add_argument_group("terms of sessions whose OPENs are not there")
    width = terms.add_mutually_exclusive_group()
    width.add_argument(
        "--as4", dest="four_octet_as", action="store_true", default=None, help="AS numbers have 4 octets (the default)"
    )
    width.add_argument("--as2", dest="four_octet_as", action="store_false", help="AS numbers have 2 octets")
    terms.add_argument(
        "--addpath",
        type=_families,
        action="append",
        default=[],
        metavar="FAMILY",
        help="NLRI of this family, such as ipv4-unicast, or of all, have Path Identifiers; may be given again",
    )
    kind = terms.add_mutually_exclusive_group()
    kind.add_argument(
        "--ibgp",
        dest="internal",
        action="store_true",
        default=None,
        help="the peers are in one AS (the default, so that LOCAL_PREF and the like are not discarded; "
        "MRT records tell it themselves)",
    )
    kind.add_argument("--ebgp", dest="internal", action="store_false", help="the peers are in different ASes")


def run(arguments: argparse.Namespace) -> int:
    """Print what the input holds; return the exit status."""
    output = JsonOutput(_print, _note) if arguments.json else TextOutput(_print)
    assumptions = Assumptions(
        four_octet_as=arguments.four_octet_as,
        add_path=frozenset[Family]().union(*arguments.addpath),
        internal=arguments.internal,
    )
    left = arguments.count
    unreadable = False
    try:
        with closing(_items(arguments, assumptions)) as items:
            for item in items:
                output.write(item)
                if isinstance(item, Note):
                    unreadable = unreadable or item.unreadable
                    if item.unreadable and not arguments.json:  # JSON has its notes on standard error already
                        complain(item.text)
                elif left is not None:
                    left -= 1
                    if not left:
                        break
    except UsageError:
        raise
    except BgpError as error:
        complain(str(error))
        unreadable = True
    return int(unreadable)


def complain(text: str) -> None:
    """Say on standard error, behind all that was printed, what is wrong."""
    sys.stdout.flush()
    print(f"bgpkit decode: {printable(text)}", file=sys.stderr)


def _items(arguments: argparse.Namespace, assumptions: Assumptions) -> Generator[Item, None, None]:
    """Yield what the input holds."""
    words: list[str] = arguments.input
    ports: list[int] = arguments.port or [BGP_PORT]
    files = [word for word in words if _is_file(word)]
    if files and len(words) > 1:
        raise UsageError(f"one file at a time: {files[0]!r} is one, and there are {len(words)} words")
    if words == ["-"]:
        yield from _of_file(STANDARD_INPUT, "standard input", ports, assumptions)
    elif not files:
        yield from _hex(" ".join(words), assumptions)
    else:
        yield from _of_file(words[0], words[0], ports, assumptions)


def _of_file(file: str | int, name: str, ports: list[int], assumptions: Assumptions) -> Iterator[Item]:
    """Yield what a file, by its path or descriptor, holds; what it was taken for comes first."""
    try:
        # Unbuffered, so that a capture that goes on is printed as it comes.
        with FileIO(file, closefd=isinstance(file, str)) as octets:
            source = Source(octets, name)
            kind = kind_of(source)
            yield Note(f"{name}: {kind.value}")
            yield from _of_kind(source, kind, ports, assumptions)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror or error}") from error


def _of_kind(source: Source, kind: Kind, ports: list[int], assumptions: Assumptions) -> Iterator[Item]:
    match kind:
        case Kind.OCTETS:
            return read_octets(iter(source.read, b""), assumptions)
        case Kind.HEX:
            texts = (piece.decode("latin-1") for piece in iter(source.read, b""))
            return read_octets(octets_of_hex(texts), assumptions)
        case Kind.PCAP | Kind.PCAPNG:
            return read_capture(source, kind, ports, assumptions)
        case Kind.MRT:
            return read_records(source, assumptions)


def _hex(text: str, assumptions: Assumptions) -> Iterator[Item]:
    """Yield the messages in hex digits of the command line."""
    if not text.strip():
        raise InputError("nothing was given: neither hex digits nor the name of a file")
    try:
        octets = list(octets_of_hex([text]))
    except InputError as error:
        if is_hex(text):
            raise
        short = text if len(text) <= _NAME_LENGTH else f"{text[:_NAME_LENGTH]}..."
        raise InputError(f"{short!r} is no file, and no hex digits: {error}") from error
    yield from read_octets(octets, assumptions)


def _is_file(word: str) -> bool:
    """Tell whether a word names something in the file system; a word that could not does not."""
    if not word:
        return False
    try:
        Path(word).stat()
    except PermissionError:
        return not is_hex(word)
    except (OSError, ValueError):
        return False
    return True


def _families(text: str) -> frozenset[Family]:
    """Return the families that an option names."""
    if text == "all":
        return frozenset(ROWS)
    try:
        return frozenset({Family.parse(text)})
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; all is every one of them") from error


def _positive(text: str) -> int:
    """Return a number of messages."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of messages: 1, 2, 3 and so on")
    return int(text)


def _port(text: str) -> int:
    """Return a TCP port."""
    if not text.isdecimal() or not 0 < int(text) <= 0xFFFF:
        raise argparse.ArgumentTypeError(f"{text!r} is no TCP port: 1 to 65535")
    return int(text)


def _print(text: str) -> None:
    sys.stdout.write(text)


def _note(text: str) -> None:
    sys.stdout.flush()
    print(f"# {printable(text)}", file=sys.stderr)
