"""The routes of one UPDATE, in the body and in its MP attributes, cut into blocks of keys."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from bgpkit.wire.attribute_block import AttributeBlock, MpRoutes
from bgpkit.wire.attribute_judge import mp_fault
from bgpkit.wire.attributes.code import AttributeCode
from bgpkit.wire.families import FamilyRow, NlriBlock
from bgpkit.wire.faults import AttributeFault, FaultAction
from bgpkit.wire.update import Withdrawn
from bgpkit.wire.update_context import UpdateContext
from bgpkit_fsm import IPV4_UNICAST, Family, UpdateSubcode

Came: TypeAlias = tuple[FamilyRow, MpRoutes | None, NlriBlock]
"""Row of the family, the MP_REACH_NLRI (None for the body), and keys with what they share, of routes that come."""


class RouteReader:
    """Reads the routes of one UPDATE; what is wrong with them is added to the faults of its attribute block."""

    __slots__ = ("_block", "_context", "_rows", "came", "gone")

    def __init__(self, context: UpdateContext, rows: Mapping[Family, FamilyRow], block: AttributeBlock) -> None:
        """Take the session's terms, the families that it has now, and the block."""
        self._context = context
        self._rows = rows
        self._block = block
        self.gone: list[Withdrawn] = []
        self.came: list[Came] = []

    def read(self, withdrawn: bytes, nlri: bytes) -> None:
        """Read the two fields of the body and the MP attributes; UpdateError when only a session reset is left."""
        if (withdrawn or nlri) and IPV4_UNICAST not in self._rows:
            self._ignore(
                0, f"family {IPV4_UNICAST} was not negotiated", "RFC 4760, section 7", IPV4_UNICAST, withdrawn + nlri
            )
        elif withdrawn or nlri:
            row = self._rows[IPV4_UNICAST]
            self._withdraw(row, self._blocks(row, withdrawn, None, withdrawn=True))
            self._announce(row, None, self._blocks(row, nlri, None, withdrawn=False))
        reach, unreach = self._block.reach, self._block.unreach
        if unreach is not None and unreach.row is not None:
            self._withdraw(unreach.row, self._blocks(unreach.row, unreach.nlri, unreach, withdrawn=True))
        if reach is not None and reach.row is not None:
            self._announce(reach.row, reach, self._blocks(reach.row, reach.nlri, reach, withdrawn=False))

    def _withdraw(self, row: FamilyRow, blocks: list[NlriBlock]) -> None:
        self.gone += [(row.family, each.keys, each.path_id) for each in blocks]

    def _announce(self, row: FamilyRow, reach: MpRoutes | None, blocks: list[NlriBlock]) -> None:
        self.came += [(row, reach, each) for each in blocks]

    def _blocks(self, row: FamilyRow, nlri: bytes, routes: MpRoutes | None, *, withdrawn: bool) -> list[NlriBlock]:
        """Cut one field; a fault of its syntax resets the session or, where that is asked for, disables the family.

        RFC 7606, sections 5.3 and 5.4.
        """
        code = AttributeCode.MP_UNREACH_NLRI if withdrawn else AttributeCode.MP_REACH_NLRI
        try:
            add_path = row.family in self._context.add_path_receive
            blocks, unknown = row.blocks(nlri, add_path=add_path, withdrawn=withdrawn)
        except ValueError as error:
            fault = nlri_fault(str(error), nlri, None if routes is None else routes.attribute, code, row.family)
            if routes is None or not self._context.disable_family:
                raise fault.error() from error
            self._block.faults.append(replace(fault, action=FaultAction.DISABLE))
            return []
        for octets in unknown:
            text = f"an NLRI of {row.family} whose type is not known is left out"
            fault = AttributeFault(
                FaultAction.IGNORE,
                code,
                text,
                "RFC 7606, section 5.4",
                octets=octets,
                malformed=False,
                family=row.family,
            )
            self._block.faults.append(fault)
        return blocks

    def _ignore(self, code: int, text: str, section: str, family: Family, octets: bytes = b"") -> None:
        fault = AttributeFault(FaultAction.IGNORE, code, text, section, octets=octets, malformed=False, family=family)
        self._block.faults.append(fault)


def nlri_fault(
    text: str, nlri: bytes, attribute: bytes | None, code: int, family: Family | None = None
) -> AttributeFault:
    """Return the fault of an NLRI field that cannot be cut, as it is without AFI/SAFI disable.

    ``nlri`` is the field; ``attribute`` the MP attribute that holds it, None for a field of the UPDATE itself.
    RFC 7606, section 5.3; RFC 4271, section 6.3.
    """
    if attribute is not None:
        return mp_fault(code, text, attribute, family)
    subcode, section = UpdateSubcode.INVALID_NETWORK_FIELD, "RFC 7606, section 5.3"
    return AttributeFault(FaultAction.RESET, 0, text, section, subcode, nlri, family=family)
