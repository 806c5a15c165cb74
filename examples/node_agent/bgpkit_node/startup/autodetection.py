"""The ways to find out a node's own address: Calico's, by the same words. Pure.

============================== ========================================================================
``first-found``                the first address on an interface of the machine itself
``can-reach=DESTINATION``      the one that packets to an address or a name leave with
``interface=REGEX[,...]``      the first on an interface whose name matches; the first expression first
``skip-interface=REGEX[,...]`` the first on an interface whose name matches none
``cidr=CIDR[,...]``            the first in one of the networks
``kubernetes-internal-ip``     the InternalIP among the Node's ``spec.addresses``
============================== ========================================================================
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface
from typing import Final, TypeAlias, assert_never

from bgpkit_node.ipam import IPAddress, IPNetwork
from bgpkit_node.resources.address_text import parse_network
from bgpkit_node.startup.host_interface import HostInterface

IPInterface: TypeAlias = IPv4Interface | IPv6Interface


@dataclass(frozen=True, slots=True)
class FirstFound:
    """The first address on an interface of the machine itself."""

    def __str__(self) -> str:
        """Return the method as it is written."""
        return "first-found"


@dataclass(frozen=True, slots=True)
class CanReach:
    """The address that packets to ``destination``, an address or a name, leave with."""

    destination: str

    def __str__(self) -> str:
        """Return the method as it is written."""
        return f"can-reach={self.destination}"


@dataclass(frozen=True, slots=True)
class OnInterface:
    """The first address on an interface whose name matches; ``skip``: on one whose name matches none."""

    expressions: tuple[re.Pattern[str], ...]
    skip: bool = False

    def __str__(self) -> str:
        """Return the method as it is written."""
        written = ",".join(expression.pattern for expression in self.expressions)
        return f"{'skip-' if self.skip else ''}interface={written}"


@dataclass(frozen=True, slots=True)
class InNetwork:
    """The first address that lies in one of ``networks``."""

    networks: tuple[IPNetwork, ...]

    def __str__(self) -> str:
        """Return the method as it is written."""
        return f"cidr={','.join(map(str, self.networks))}"


@dataclass(frozen=True, slots=True)
class KubernetesInternalIp:
    """The InternalIP among the Node's addresses."""

    def __str__(self) -> str:
        """Return the method as it is written."""
        return "kubernetes-internal-ip"


Method: TypeAlias = FirstFound | CanReach | OnInterface | InNetwork | KubernetesInternalIp
FIRST_FOUND: Final = FirstFound()


def parse_method(text: str) -> Method:
    """Read a method as an operator writes it; ValueError, one sentence."""
    word, equals, value = text.partition("=")
    value = value.strip()
    match word:
        case "first-found" if not equals:
            return FIRST_FOUND
        case "kubernetes-internal-ip" if not equals:
            return KubernetesInternalIp()
        case "can-reach" if value:
            return CanReach(value)
        case "interface" | "skip-interface" if value:
            return OnInterface(tuple(_expression(part) for part in _parts(value)), skip=word == "skip-interface")
        case "cidr" if value:
            return InNetwork(tuple(parse_network(part) for part in _parts(value)))
        case "can-reach" | "interface" | "skip-interface" | "cidr":
            example = {"can-reach": "10.4.7.1", "cidr": "10.4.7.0/24"}.get(word, "eth.*")
            raise ValueError(f"{text!r} does not say what to look for: write {word}={example}")
        case _:
            raise ValueError(
                f"{text!r} is no way to find an address: write first-found, can-reach=DESTINATION, interface=REGEX, "
                "skip-interface=REGEX, cidr=CIDR or kubernetes-internal-ip"
            )


def candidates(
    method: Method,
    version: int,
    interfaces: Iterable[HostInterface],
    *,
    source_to: Callable[[str], IPAddress | None],
    internal: IPAddress | None = None,
) -> Iterator[IPInterface]:
    """Yield the addresses of an IP ``version`` that fit, the best first; interfaces that are down have none.

    ``source_to`` tells the address with which packets to a destination leave (None: there is no way), ``internal`` is
    the Node's InternalIP.
    """
    usable = tuple(interface for interface in interfaces if interface.up)
    match method:
        case FirstFound():
            yield from _of(version, (interface for interface in usable if not interface.of_containers))
        case CanReach(destination):
            yield from _equal_to(source_to(destination), version, usable)
        case OnInterface(expressions, skip=True):
            left = [interface for interface in usable if not _any(expressions, interface.name)]
            # What belongs to containers is the last resort, though nobody has excluded it.
            yield from _of(version, sorted(left, key=lambda interface: interface.of_containers))
        case OnInterface(expressions):
            for expression in expressions:
                yield from _of(version, _matching(expression, usable))
        case InNetwork(networks):
            for address in _of(version, usable):
                if any(address.ip in network for network in networks):
                    yield address
        case KubernetesInternalIp():
            yield from _equal_to(internal, version, usable)
        case _:
            assert_never(method)


def _of(version: int, interfaces: Iterable[HostInterface]) -> Iterator[IPInterface]:
    for interface in interfaces:
        for address in interface.addresses:
            if address.version == version and not (address.ip.is_link_local or address.ip.is_loopback):
                yield address


def _equal_to(wanted: IPAddress | None, version: int, interfaces: Iterable[HostInterface]) -> Iterator[IPInterface]:
    return (address for address in _of(version, interfaces) if address.ip == wanted)


def _matching(expression: re.Pattern[str], interfaces: Iterable[HostInterface]) -> list[HostInterface]:
    fitting = [interface for interface in interfaces if expression.search(interface.name)]
    # eth0 is meant, and not veth0, though both match.
    return sorted(fitting, key=lambda interface: not expression.fullmatch(interface.name))


def _any(expressions: Iterable[re.Pattern[str]], name: str) -> bool:
    return any(expression.search(name) for expression in expressions)


def _parts(text: str) -> Iterator[str]:
    return (part for part in map(str.strip, text.split(",")) if part)


def _expression(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from None
