"""What routes are chosen by, read again from a canonical block: after a policy has changed it, or to judge it anew."""

from typing import Final

from bgpkit.wire.as_path_octets import neighbor_as, path_length, read_segments
from bgpkit.wire.attribute_block import attribute_spans
from bgpkit.wire.attribute_inputs import AttributeInputs, inputs_of
from bgpkit.wire.attributes.code import EXTENDED_LENGTH, AttributeCode

_AS_PATH: Final = int(AttributeCode.AS_PATH)
_NEXT_HOP: Final = int(AttributeCode.NEXT_HOP)
_MP_REACH: Final = int(AttributeCode.MP_REACH_NLRI)
_FOUR_OCTETS: Final = 4
_NEXT_HOP_LENGTH: Final = 3


def canonical_inputs(raw: bytes, *, rest: bytes = b"", path_id: int = 0) -> AttributeInputs:
    """Return the inputs of the canonical block ``raw``, whose NLRI say ``rest`` and ``path_id`` beside their keys.

    A block that is not well-formed is the caller's fault: IndexError or ValueError.
    """
    values: dict[int, bytes | None] = {}
    for code, start, stop in attribute_spans(raw):
        values[code] = raw[start + (4 if raw[start] & EXTENDED_LENGTH else 3) : stop]
    reach = values.get(_MP_REACH)
    if reach is None:
        next_hop = values.get(_NEXT_HOP) or b""
    else:
        next_hop = reach[_NEXT_HOP_LENGTH + 1 : _NEXT_HOP_LENGTH + 1 + reach[_NEXT_HOP_LENGTH]]
    segments = read_segments(values.get(_AS_PATH) or b"", _FOUR_OCTETS)
    return inputs_of(raw, next_hop, values, (path_length(segments), neighbor_as(segments)), rest, path_id)
