"""The attributes that are lists of communities (RFC 1997, RFC 4360, RFC 5701, RFC 8092)."""

from collections.abc import Callable
from functools import cache, partial
from struct import Struct
from typing import Final

from bgpkit.wire.attributes.code import OPTIONAL_TRANSITIVE, AttributeCode
from bgpkit.wire.attributes.row import AttributeRow, expect_all, four_octets, multiples, parts
from bgpkit.wire.update_context import UpdateContext
from bgpkit_rib import Community, ExtendedCommunity, IPv6ExtendedCommunity, LargeCommunity

_community: Final = partial(int.__new__, Community)
"""Makes a community of a number that four octets have held, so that nothing is left to be checked."""
_LARGE: Final = Struct(">3I")


@cache
def _numbers(count: int) -> Callable[[bytes], tuple[int, ...]]:
    return Struct(f">{count}I").unpack


def _decode_communities(value: bytes, context: UpdateContext) -> tuple[Community, ...]:
    del context
    return tuple(map(_community, _numbers(len(value) // 4)(value)))


def _decode_large(value: bytes, context: UpdateContext) -> tuple[LargeCommunity, ...]:
    del context
    return tuple([LargeCommunity(*numbers) for numbers in _LARGE.iter_unpack(value)])


def _encode_large(value: object) -> bytes:
    return b"".join(
        four_octets(number, "LARGE_COMMUNITIES")
        for large in expect_all(LargeCommunity, value, "LARGE_COMMUNITIES")
        for number in (large.global_admin, large.data1, large.data2)
    )


ROWS: Final = (
    AttributeRow(
        code=AttributeCode.COMMUNITIES,
        flags=OPTIONAL_TRANSITIVE,
        lengths=multiples(4),
        section="RFC 7606, section 7.8",
        decode=_decode_communities,
        encode=lambda value, _: b"".join(
            four_octets(each, "COMMUNITIES") for each in expect_all(Community, value, "COMMUNITIES")
        ),
        value=tuple[Community, ...],
    ),
    AttributeRow(
        code=AttributeCode.EXTENDED_COMMUNITIES,
        flags=OPTIONAL_TRANSITIVE,
        lengths=multiples(8),
        section="RFC 7606, section 7.14",
        decode=lambda value, _: tuple(map(ExtendedCommunity, parts(value, 8))),
        encode=lambda value, _: b"".join(
            each.octets for each in expect_all(ExtendedCommunity, value, "EXTENDED_COMMUNITIES")
        ),
        value=tuple[ExtendedCommunity, ...],
    ),
    AttributeRow(
        code=AttributeCode.IPV6_EXTENDED_COMMUNITIES,
        flags=OPTIONAL_TRANSITIVE,
        lengths=multiples(20),
        section="RFC 7606, section 7.15",
        decode=lambda value, _: tuple(map(IPv6ExtendedCommunity, parts(value, 20))),
        encode=lambda value, _: b"".join(
            each.octets for each in expect_all(IPv6ExtendedCommunity, value, "IPV6_EXTENDED_COMMUNITIES")
        ),
        value=tuple[IPv6ExtendedCommunity, ...],
    ),
    AttributeRow(
        code=AttributeCode.LARGE_COMMUNITIES,
        flags=OPTIONAL_TRANSITIVE,
        lengths=multiples(12),
        section="RFC 8092, section 6",
        decode=_decode_large,
        encode=lambda value, _: _encode_large(value),
        value=tuple[LargeCommunity, ...],
    ),
)
