"""os-ken's way through a stream: ``BGPMessage.parser``, and ``serialize`` back.

os-ken is not installed where the checkers look, so the names used of it are described here.
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
    MP_REACH,
    MP_UNREACH,
    NEXT_HOP,
    ORIGIN,
    Terms,
    Work,
    canonical_line,
    path_text,
)


class _Nlri(Protocol):
    prefix: str


class _Update(Protocol):
    withdrawn_routes: list[_Nlri]
    path_attributes: list[Any]
    nlri: list[_Nlri]

    def serialize(self) -> bytearray: ...


_parser: Final[Callable[[bytes], tuple[_Update, type, bytes]]] = importlib.import_module(
    "os_ken.lib.packet.bgp"
).BGPMessage.parser


def parse(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode to messages."""
    del terms

    def run() -> None:
        for octets in messages:
            _parser(octets)

    return Work(run=run, lines=lines)


def written(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode to messages and write each as a line of text."""

    def run() -> None:
        for line in lines(messages, terms):
            len(line)

    return Work(run=run)


def kept(messages: Sequence[bytes], terms: Terms) -> Work:
    """Decode to messages and keep them all."""
    del terms
    return Work(run=lambda: [_parser(octets)[0] for octets in messages])


def serialize(messages: Sequence[bytes], terms: Terms) -> Work:
    """Write decoded messages."""
    del terms
    values = [_parser(octets)[0] for octets in messages]

    def run() -> None:
        for value in values:
            value.serialize()

    def same() -> int:
        return sum(bytes(value.serialize()) == octets for value, octets in zip(values, messages, strict=True))

    return Work(run=run, same=same)


def lines(messages: Sequence[bytes], terms: Terms) -> Iterator[str]:
    """Yield what each message says, field by field."""
    del terms
    for octets in messages:
        message = _parser(octets)[0]
        found = {attribute.type: attribute for attribute in message.path_attributes}
        reach, unreach = found.get(MP_REACH), found.get(MP_UNREACH)
        aggregator = found.get(AGGREGATOR)
        yield canonical_line(
            announced=[each.prefix for each in (*message.nlri, *(reach.nlri if reach else ()))],
            withdrawn=[
                each.prefix for each in (*message.withdrawn_routes, *(unreach.withdrawn_routes if unreach else ()))
            ],
            as_path=path_text((isinstance(each, set), each) for each in _value(found, AS_PATH, ())),
            origin=_value(found, ORIGIN, None),
            next_hop=reach.next_hop if reach else _value(found, NEXT_HOP, ""),
            med=_value(found, MED, None),
            local_pref=_value(found, LOCAL_PREF, None),
            atomic_aggregate=ATOMIC_AGGREGATE in found,
            aggregator=(aggregator.as_number, aggregator.addr) if aggregator else None,
            communities=found[COMMUNITIES].communities if COMMUNITIES in found else (),
            large_communities=_large_communities(_value(found, LARGE_COMMUNITIES, b"")),
        )


def _value(found: dict[int, Any], code: int, default: object) -> Any:
    return found[code].value if code in found else default


def _large_communities(value: bytes) -> list[str]:
    """Read what os-ken leaves in octets."""
    numbers = [str(int.from_bytes(value[start : start + 4], "big")) for start in range(0, len(value), 4)]
    return [":".join(numbers[start : start + 3]) for start in range(0, len(numbers), 3)]
