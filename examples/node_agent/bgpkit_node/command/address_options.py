"""The options of ``bgpkit-node agent`` that say which addresses its node has."""

import functools
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import click

from bgpkit_node.startup.address_wish import AddressWish, parse_address_wish
from bgpkit_node.startup.autodetection import parse_method

_Command: TypeAlias = Callable[..., Any]
_METHODS: Final = (
    "first-found, can-reach=DESTINATION, interface=REGEX, skip-interface=REGEX, cidr=CIDR or kubernetes-internal-ip"
)


def address_options(command: _Command) -> _Command:
    """Give a command the options that name a node's addresses; it gets ``ipv4`` and ``ipv6``, AddressWishes."""

    @functools.wraps(command)
    def chosen(*arguments: Any, ip: str, ip_method: str, ip6: str, ip6_method: str, **options: Any) -> Any:
        """Read what the options say before the command runs."""
        return command(*arguments, ipv4=_wish("ip", ip, ip_method), ipv6=_wish("ip6", ip6, ip6_method), **options)

    wrapped: _Command = chosen
    for option in reversed((*_options("ip", 4, "else found out"), *_options("ip6", 6, "else none"))):
        wrapped = option(wrapped)
    return wrapped


def _options(word: str, version: int, default: str) -> Iterator[Callable[[_Command], _Command]]:
    yield click.option(
        f"--{word}",
        word,
        default="",
        envvar=word.upper(),
        show_envvar=True,
        metavar="ADDRESS[/LENGTH]|autodetect|none",
        help=f"IPv{version} address of this node with its subnet.  [default: that in the datastore, {default}]",
    )
    yield click.option(
        f"--{word}-autodetection-method",
        f"{word}_method",
        default="first-found",
        envvar=f"{word.upper()}_AUTODETECTION_METHOD",
        show_envvar=True,
        show_default=True,
        metavar="METHOD",
        help=f"How it is found out: {_METHODS}.",
    )


def _wish(word: str, address: str, method: str) -> AddressWish:
    option = f"--{word}-autodetection-method"
    try:
        parsed = parse_method(method)
        option = f"--{word}"
        return parse_address_wish(address, 4 if word == "ip" else 6, parsed)
    except ValueError as error:
        hint = f"{option} ({option[2:].upper().replace('-', '_')})"
        raise click.BadParameter(str(error), click.get_current_context(), param_hint=hint) from error
