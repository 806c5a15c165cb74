"""AS_SET and AS_CONFED_SET, which have gone out of use: routes with one count as withdrawn (RFC 9774, section 3)."""

from typing import Final

from bgpkit.wire.as_path_octets import AS_CONFED_SET, AS_SET
from bgpkit.wire.attribute_block import AttributeBlock, attribute_octets, attribute_value
from bgpkit.wire.attributes.code import AttributeCode
from bgpkit.wire.faults import AttributeFault, FaultAction
from bgpkit_fsm import UpdateSubcode

_WIDE: Final = 4
_NAMES: Final = {AS_SET: "AS_SET", AS_CONFED_SET: "AS_CONFED_SET"}


def refuse_as_sets(block: AttributeBlock, *, four_octet_as: bool) -> None:
    """Note a fault where AS_PATH, or AS4_PATH on a session with 2-octet AS numbers, holds a set.

    What is malformed has been noted before, and is left alone. RFC 9774, section 3.
    """
    if block.withdraws:
        return
    paths = [(AttributeCode.AS_PATH, _WIDE if four_octet_as else 2)]
    if not four_octet_as:
        paths.append((AttributeCode.AS4_PATH, _WIDE))
    for code, size in paths:
        found = _set_in(attribute_value(block.raw, code) or b"", size)
        if found:
            text = f"{code.name} holds an {_NAMES[found]}; accept_as_sets takes such routes"
            octets = attribute_octets(block.raw, code)
            subcode = UpdateSubcode.MALFORMED_AS_PATH
            section = "RFC 9774, section 3"
            fault = AttributeFault(FaultAction.WITHDRAW, code, text, section, subcode, octets, malformed=False)
            block.faults.append(fault)
            return


def _set_in(as_path: bytes, size: int) -> int:
    """Return the type of the first set in a path whose AS numbers have ``size`` octets; 0 when there is none."""
    position = 0
    while position + 1 < len(as_path):
        if as_path[position] in _NAMES:
            return as_path[position]
        position += 2 + size * as_path[position + 1]
    return 0
