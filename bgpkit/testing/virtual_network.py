"""A network in memory: hosts, the links between them, and what goes wrong."""

import asyncio
from collections.abc import Callable, Iterable
from ipaddress import ip_address
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.testing.dice import Dice
from bgpkit.testing.link import Link
from bgpkit.testing.link_conditions import LinkConditions
from bgpkit.testing.network_event import NetworkEvent, NetworkEventKind
from bgpkit.testing.pipe import Pipe
from bgpkit.testing.virtual_host import Place, VirtualHost, written
from bgpkit.testing.virtual_transport import MakeProtocol, VirtualTransport

_PERFECT: Final = LinkConditions()


class VirtualNetwork:
    """Hosts that reach each other in memory; every chance follows from the seed.

    A host is given to a speaker as its network. Links are between addresses and the same in both directions; each has
    dice of its own, so that what befalls one does not depend on what happens on another.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        conditions: LinkConditions = _PERFECT,
        record: Callable[[NetworkEvent], None] | None = None,
    ) -> None:
        """Begin without hosts; links are as ``conditions`` say unless told otherwise.

        ``record`` is called with all that happens.
        """
        self._seed = seed
        self._conditions = conditions
        self._tell = record
        self._hosts: dict[str, VirtualHost] = {}
        self._links: dict[tuple[str, str], Link] = {}
        self._connections: dict[VirtualTransport, tuple[str, str]] = {}

    @property
    def connections(self) -> int:
        """How many ends of connections are open."""
        return len(self._connections)

    def host(self, *addresses: str) -> VirtualHost:
        """Return a new host with these addresses, the first of each IP version being the one that it connects from.

        It takes the place of a crashed one with the same addresses, which is back then; ConfigError when an address
        is another running host's, or is none.
        """
        names = [_address(address) for address in addresses]
        if not names:
            raise ConfigError("a host needs an address")
        for name in names:
            former = self._hosts.get(name)
            if former is not None and former.is_up:
                raise ConfigError(f"address {name} is that of another host, which runs")
        for former in {id(host): host for name in names if (host := self._hosts.get(name)) is not None}.values():
            former.replaced()
        host = VirtualHost(self, tuple(names), self.dice(f"host {names[0]}"))
        self._hosts.update(dict.fromkeys(names, host))
        return host

    def link(self, one: str, other: str) -> Link:
        """Return the way between two addresses."""
        first, second = sorted((_address(one), _address(other)))
        if (first, second) not in self._links:
            self._links[first, second] = Link(self._conditions, self.dice(f"link {first} {second}"))
        return self._links[first, second]

    def shape(self, one: str, other: str, conditions: LinkConditions) -> None:
        """Let the way between two addresses be as ``conditions`` say, for connections that are open as well."""
        self.link(one, other).conditions = conditions

    def interrupt(self, one: str, other: str) -> None:
        """Let nothing arrive between two addresses until `restore`; what was sent arrives then, as TCP has it."""
        self.link(one, other).interrupt()

    def restore(self, one: str, other: str) -> None:
        """End an interruption."""
        self.link(one, other).restore()

    def reset(self, one: str, other: str) -> int:
        """Reset the connections between two addresses, as a firewall may; return how many ends there were."""
        ends = self._between(one, other)
        for end in ends:
            end.torn()
        return len(ends)

    def silence(self, one: str, other: str) -> int:
        """Make the connections between two addresses half-open: neither end hears of the other again.

        New connections work. Return how many ends there were.
        """
        ends = self._between(one, other)
        for end in ends:
            end.silence()
        return len(ends)

    def dice(self, name: str) -> Dice:
        """Return a generator whose numbers follow from the seed and ``name`` alone."""
        return Dice.of(self._seed, name)

    # The hosts' side.

    def at(self, address: str) -> VirtualHost | None:
        """Return the host that has an address, if it is up."""
        host = self._hosts.get(address)
        return host if host is not None and host.is_up else None

    def note(self, kind: NetworkEventKind, source: str, destination: str = "", octets: bytes = b"") -> None:
        """Write down what happened."""
        if self._tell is not None:
            self._tell(NetworkEvent(asyncio.get_running_loop().time(), kind, source, destination, octets))

    def join(self, client: Place, make_client: MakeProtocol, server: Place, make_server: MakeProtocol) -> None:
        """Connect two places: the client's end opens at once, the server's when word of it has got there."""
        link = self.link(client[0], server[0])
        record = None if self._tell is None else self.note
        there = Pipe(link, written(client), written(server), record)
        back = Pipe(link, written(server), written(client), record)
        there.twin, back.twin = back, there
        near = VirtualTransport(
            make_client, outgoing=there, incoming=back, names=_names(client, server), forget=self._forget
        )
        far = VirtualTransport(
            make_server, outgoing=back, incoming=there, names=_names(server, client), forget=self._forget
        )
        there.join(near, far)
        back.join(far, near)
        self._connections |= {near: (client[0], server[0]), far: (server[0], client[0])}
        there.open()  # before the client's first octets
        near.open()

    def ends_at(self, addresses: Iterable[str]) -> list[VirtualTransport]:
        """Return the ends of connections that are at one of the addresses."""
        wanted = frozenset(addresses)
        return [end for end, (own, _) in self._connections.items() if own in wanted]

    def _forget(self, end: VirtualTransport) -> None:
        self._connections.pop(end, None)

    def _between(self, one: str, other: str) -> list[VirtualTransport]:
        pairs = ((_address(one), _address(other)), (_address(other), _address(one)))
        return [end for end, pair in self._connections.items() if pair in pairs]


def _names(own: Place, other: Place) -> dict[str, object]:
    return {"sockname": _socket_name(own), "peername": _socket_name(other)}


def _socket_name(place: Place) -> tuple[object, ...]:
    return (*place, 0, 0) if ":" in place[0] else place


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ConfigError(f"address {text!r} is not an IPv4 or IPv6 address") from None
