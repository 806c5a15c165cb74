"""The quick look at an UPDATE: whether it is plainly right, as nearly every one is."""

from typing import Final, final

from bgpkit.wire.attribute_block import is_host
from bgpkit.wire.attribute_reader import AttributeReader
from bgpkit.wire.attributes.code import EXTENDED_LENGTH
from bgpkit.wire.families import ROWS
from bgpkit.wire.update_context import UpdateContext
from bgpkit_fsm import IPV4_UNICAST, Family

_IPV4_LENGTH: Final = 4
_MP_REACH_FIRST: Final = frozenset({b"\x80\x0e", b"\x90\x0e"})


@final
class UpdateJudge:
    """Tells UPDATEs that are plainly right from those that have to be taken apart for a verdict."""

    __slots__ = ("_check_ipv4", "_checks", "_is_plain")

    def __init__(self, context: UpdateContext) -> None:
        """Make a judge for a session."""
        self._is_plain = AttributeReader(context).is_plain
        rows = [
            ROWS[family] for family in context.families if family in ROWS and family not in context.add_path_receive
        ]
        self._check_ipv4 = next((row.check for row in rows if row.family == IPV4_UNICAST), None)
        # By AFI and SAFI in octets.
        self._checks = {
            row.family.afi.to_bytes(2, "big") + bytes((row.family.safi,)): (row.next_hop_lengths, row.check)
            for row in rows
            if row.check is not None and row.family != IPV4_UNICAST
        }

    def disable(self, family: Family) -> None:
        """Find no UPDATE of a family plain any more. RFC 4760, section 7."""
        if family == IPV4_UNICAST:
            self._check_ipv4 = None
        self._checks.pop(family.afi.to_bytes(2, "big") + bytes((family.safi,)), None)

    def is_plain(self, data: bytes, start: int, end: int) -> bool:
        """Tell whether the UPDATE whose body is ``data[start:end]`` announces routes, and nothing is wrong with it.

        True only where `UpdateDecoder.decode` finds no fault and raises nothing.
        """
        if end - start < 4 or data[start] or data[start + 1]:
            return False
        attributes = start + 4
        nlri = attributes + (data[start + 2] << 8 | data[start + 3])
        if nlri < end:
            check = self._check_ipv4
            return check is not None and self._is_plain(data[attributes:nlri]) and check(data[nlri:end])
        return (
            nlri == end
            and data[attributes : attributes + 2] in _MP_REACH_FIRST
            and self._is_plain_mp(data[attributes:end])
        )

    def _is_plain_mp(self, raw: bytes) -> bool:
        """Tell the same of attributes of which MP_REACH_NLRI is the first."""
        if len(raw) < 9:
            return False
        if raw[0] & EXTENDED_LENGTH:
            start, stop = 4, 4 + (raw[2] << 8 | raw[3])
        else:
            start, stop = 3, 3 + raw[2]
        next_hop_lengths, check = self._checks.get(raw[start : start + 3], (frozenset[int](), None))
        nlri = start + 5 + raw[start + 3]
        if check is None or raw[start + 3] not in next_hop_lengths or not nlri < stop <= len(raw):
            return False
        if raw[start + 3] == _IPV4_LENGTH and not is_host(raw[start + 4 : nlri - 1]):
            return False
        return self._is_plain(raw[stop:], reach=True) and check(raw[nlri:stop])
