"""The words of ``bgpkit reflect``: what they may be, and what is said of them."""

import argparse
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from bgpkit import Family, Prefix
from bgpkit.wire import ROWS
from bgpkit_fsm import IPV4_UNICAST

_DESCRIPTION: Final = """\
Run a route reflector (RFC 4456): it waits for internal peers that connect from the given ranges, makes each a client,
and passes their routes on, attributes unaltered. Ctrl-C or SIGTERM ends it, telling the clients so. Whoever connects
from elsewhere is refused, and named on standard error, the first 64 times."""

_EPILOG: Final = """\
--install keeps the best routes of ipv4-unicast and ipv6-unicast in the kernel's main table, as routes of protocol bgp.
All of that protocol in this table are taken to be its own: let no other program install such routes. When it is ended
by Ctrl-C or SIGTERM they are removed, after the sessions have been closed. When it ends in any other way they stay,
forwarding goes on, and the next run takes them over: what no client has announced again after 120 seconds is removed.

exit status:
  0    ended by Ctrl-C or SIGTERM
  1    it could not run, for the reason on standard error
  2    the command line is not right

examples:
  bgpkit reflect --listen 192.0.2.1:179 --asn 64512 --router-id 192.0.2.1 --clients 192.0.2.0/24
  bgpkit reflect --listen [2001:db8::1]:179 --listen 192.0.2.1:179 --asn 64512 --router-id 192.0.2.1 \\
      --clients 192.0.2.0/24,2001:db8::/64 --families ipv4-unicast,ipv6-unicast,ipv4-vpn
  bgpkit reflect ... --policy policies.toml --import-policy clients"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give a parser the words of the command."""
    parser.description, parser.epilog = _DESCRIPTION, _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    add = parser.add_argument
    add("--listen", type=listener, action="append", required=True, metavar="ADDRESS:PORT", help="may be repeated")
    add("--asn", type=int, required=True, metavar="N", help="the AS number, ours and the clients'")
    add("--router-id", required=True, metavar="ADDRESS", help="our BGP Identifier")
    add("--clients", type=ranges, required=True, metavar="CIDR[,CIDR...]", help="where clients connect from")
    add("--cluster-id", metavar="ADDRESS", help="the cluster's ID (default: the router ID)")
    add("--families", type=families, default=(IPV4_UNICAST,), metavar="NAME[,NAME...]", help="default: ipv4-unicast")
    add("--no-client-to-client", action="store_true", help="clients are fully meshed: do not reflect between them")
    add("--hold-time", type=int, default=90, metavar="SECONDS", help="0, or 3 to 65535 (default: 90)")
    add("--policy", type=Path, metavar="FILE", help="policies in TOML, for the next two")
    add("--import-policy", metavar="NAME", help="the policy for what clients send (default: all is accepted)")
    add("--export-policy", metavar="NAME", help="the policy for what clients are sent (default: all is accepted)")
    add(
        "--count-file", type=Path, metavar="PATH", help="write the number of prefixes in the Loc-RIB there, each second"
    )
    add("--stall-file", type=Path, metavar="PATH", help="write the longest stall so far there, in ms, each second")
    add("--install", action="store_true", help="keep the best routes in the kernel, too; see below")
    add("--log", choices=("quiet", "info", "debug"), default="info", help="what is said on standard error")


def listener(text: str) -> tuple[str, int]:
    """Return address and port; ArgumentTypeError for what is none."""
    address, colon, port = text.rpartition(":")
    if not colon or not (port.isascii() and port.isdecimal()) or (":" in address and address[:1] != "["):
        raise argparse.ArgumentTypeError(f"{text!r} is not ADDRESS:PORT, such as 192.0.2.1:179 or [2001:db8::1]:179")
    try:
        ip = ip_address(address.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{address!r} is not an IPv4 or IPv6 address") from None
    if int(port) > 0xFFFF:
        raise argparse.ArgumentTypeError(f"port {port} is more than 65535")
    return str(ip), int(port)


def ranges(text: str) -> tuple[Prefix, ...]:
    """Return prefixes, each once; ArgumentTypeError names what is none."""
    try:
        found = tuple(dict.fromkeys(map(Prefix.parse, _words(text))))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not found:
        raise argparse.ArgumentTypeError("no range is named, such as 192.0.2.0/24")
    return found


def families(text: str) -> tuple[Family, ...]:
    """Return families, each once; ArgumentTypeError names what is none, and those that there are."""
    try:
        found = tuple(dict.fromkeys(map(Family.parse, _words(text))))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    unknown = [str(family) for family in found if family not in ROWS]
    if unknown or not found:
        what = f"{unknown[0]} is not known" if unknown else "no family is named"
        raise argparse.ArgumentTypeError(f"{what}; there are: {', '.join(map(str, ROWS))}")
    return found


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
