"""The options of ``bgpkit-node agent`` that say which addresses its node has."""

import functools
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import click

from bgpkit_node.startup.address_wish import AddressWish, OwnWish, parse_address_wish
from bgpkit_node.startup.autodetection import parse_method
from bgpkit_node.startup.router_id import RouterId

_Command: TypeAlias = Callable[..., Any]
_METHODS: Final = (
    "first-found, can-reach=DESTINATION, interface=REGEX, skip-interface=REGEX, cidr=CIDR or kubernetes-internal-ip"
)


def address_options(command: _Command) -> _Command:
    """Give a command the options that name a node's addresses and its identifier; it gets ``own``, an OwnWish."""

    @functools.wraps(command)
    def chosen(
        *arguments: Any, ip: str, ip_method: str, ip6: str, ip6_method: str, router_id: RouterId, **options: Any
    ) -> Any:
        """Read what the options say before the command runs."""
        own = OwnWish(_wish("ip", ip, ip_method), _wish("ip6", ip6, ip6_method), router_id)
        return command(*arguments, own=own, **options)

    wrapped: _Command = _ROUTER_ID(chosen)
    for option in reversed((*_options("ip", 4, "else found out"), *_options("ip6", 6, "else none"))):
        wrapped = option(wrapped)
    return wrapped


class _RouterId(click.ParamType[RouterId]):
    name = "ADDRESS"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> RouterId:
        try:
            return RouterId.parse(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


_ROUTER_ID: Final = click.option(
    "--router-id",
    type=_RouterId(),
    envvar="CALICO_ROUTER_ID",
    show_envvar=True,
    default="",
    metavar="ADDRESS|hash",
    help="BGP Identifier of this node; hash makes it of the node's name.  [default: the IPv4 address, else hash]",
)


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
