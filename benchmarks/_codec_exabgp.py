"""ExaBGP's way through a stream: ``Update.unpack_message``, and ``messages`` back.

The terms are agreed on by two OPENs, as its own check of messages does. Its log is silenced, so that nothing is
measured but the codec. It is not installed where the checkers look, so the names used of it are described here.
"""

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

from benchmarks._codec_work import (
    AGGREGATOR,
    AS_PATH,
    ATOMIC_AGGREGATE,
    COMMUNITIES,
    LARGE_COMMUNITIES,
    LOCAL_PREF,
    MED,
    ORIGIN,
    Terms,
    Work,
    canonical_line,
    path_text,
)

_BODY: Final = 19
_ANNOUNCE: Final = 1
_SET: Final = 1


class _Update(Protocol):
    nlris: list[Any]
    attributes: dict[int, Any]

    def messages(self, negotiated: object) -> Iterator[bytes]: ...


def _name(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"exabgp.{module}"), name)


_name("logger", "log").silence()
_unpack: Final[Callable[[bytes, object, object], _Update]] = _name("bgp.message.update", "Update").unpack_message
_IN: Final[object] = _name("bgp.message.direction", "Direction").IN


def unpack(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode to messages."""
    negotiated = _negotiated(terms)

    def run() -> None:
        for octets in messages:
            _unpack(octets[_BODY:], _IN, negotiated)

    return Work(run=run, lines=lines)


def written(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode to messages and write each as a line of text."""

    def run() -> None:
        for line in lines(messages, terms):
            len(line)

    return Work(run=run)


def kept(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode to messages and keep them all."""
    negotiated = _negotiated(terms)
    return Work(run=lambda: [_unpack(octets[_BODY:], _IN, negotiated) for octets in messages])


def pack(messages: Sequence[bytes], terms: Terms) -> Work:
    """Write decoded messages."""
    negotiated = _negotiated(terms)
    values = [_unpack(octets[_BODY:], _IN, negotiated) for octets in messages]

    def run() -> None:
        for value in values:
            list(value.messages(negotiated))

    return Work(
        run=run,
        same=lambda: sum(
            list(value.messages(negotiated)) == [octets] for value, octets in zip(values, messages, strict=True)
        ),
    )


def lines(messages: Sequence[bytes], terms: Terms) -> Iterator[str]:
    """Yield what each message says, field by field."""
    negotiated = _negotiated(terms)
    for octets in messages:
        message = _unpack(octets[_BODY:], _IN, negotiated)
        found = message.attributes
        path, aggregator = found.get(AS_PATH), found.get(AGGREGATOR)
        announced = [each for each in message.nlris if each.action == _ANNOUNCE]
        yield canonical_line(
            announced=[each.cidr.prefix() for each in announced],
            withdrawn=[each.cidr.prefix() for each in message.nlris if each.action != _ANNOUNCE],
            as_path=path_text((each.ID == _SET, each) for each in path.aspath) if path is not None else "",
            origin=found[ORIGIN].origin if ORIGIN in found else None,
            next_hop=str(announced[0].nexthop) if announced else "",
            med=found[MED].med if MED in found else None,
            local_pref=found[LOCAL_PREF].localpref if LOCAL_PREF in found else None,
            atomic_aggregate=ATOMIC_AGGREGATE in found,
            aggregator=None if aggregator is None else (int(aggregator.asn), aggregator.speaker),
            communities=[int.from_bytes(each.community, "big") for each in found.get(COMMUNITIES, ())],
            large_communities=[str(each) for each in found.get(LARGE_COMMUNITIES, ())],
        )


def _negotiated(terms: Terms) -> object:
    """Return what an internal session agrees on, or with 2-octet AS numbers an external one."""
    asn = _name("bgp.message.open.asn", "ASN")
    local, peer = asn(64512), asn(64512 if terms.four_octet_as else 1853)
    router_id = _name("bgp.message.open.routerid", "RouterID")
    neighbor = _name("bgp.neighbor", "Neighbor")()
    neighbor["router-id"] = router_id("192.0.2.1")
    neighbor["local-as"], neighbor["peer-as"] = local, peer
    neighbor["capability"]["asn4"] = terms.four_octet_as
    family = _name("protocol.family", "AFI").create(terms.afi), _name("protocol.family", "SAFI").create(1)
    neighbor.add_family(family)
    capabilities = _name("bgp.message.open.capability.capabilities", "Capabilities")()
    capabilities = capabilities.new(neighbor, False, local_as=local)
    version, hold_time = _name("bgp.message.open.version", "Version")(4), _name("bgp.message.open.holdtime", "HoldTime")
    made_open = _name("bgp.message", "Open")
    negotiated = _name("bgp.message.open.capability.negotiated", "Negotiated")(neighbor)
    negotiated.sent(made_open(version, local, hold_time(180), router_id("192.0.2.1"), capabilities))
    negotiated.received(made_open(version, peer, hold_time(180), router_id("192.0.2.2"), capabilities))
    assert (negotiated.asn4, negotiated.families) == (terms.four_octet_as, [family])
    return negotiated
