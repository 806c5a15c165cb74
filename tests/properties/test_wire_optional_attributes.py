"""Values of optional attributes come back as they were, and octets of any kind lead to a value or to ValueError."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit.testing.strategies import attribute_values
from bgpkit.wire import ATTRIBUTE_ROWS, AttributeCode
from tests.unit.wire.octets import context

CODES = (
    AttributeCode.PMSI_TUNNEL,
    AttributeCode.TUNNEL_ENCAPSULATION,
    AttributeCode.AIGP,
    AttributeCode.BGP_LS,
    AttributeCode.ONLY_TO_CUSTOMER,
    AttributeCode.PREFIX_SID,
    AttributeCode.ATTR_SET,
)
_contexts = st.builds(context, four_octet_as=st.booleans(), internal=st.booleans())


@pytest.mark.parametrize("code", CODES)
@given(st.data())
def test_values_come_back(code: AttributeCode, data: st.DataObject) -> None:
    """A value is written, and read again as the same value; its text is one line."""
    row = ATTRIBUTE_ROWS[code]
    value, session = data.draw(attribute_values(code)), data.draw(_contexts)
    octets = row.encode(value, session)
    assert len(octets) in row.lengths
    assert row.decode(octets, session) == value
    assert len(str(value).splitlines()) == 1


@pytest.mark.parametrize("code", CODES)
@given(st.data())
def test_octets_come_back_or_are_refused(code: AttributeCode, data: st.DataObject) -> None:
    """Octets at random, and those of a value with a change: ValueError, or they are written again as they were."""
    row = ATTRIBUTE_ROWS[code]
    session, octets = data.draw(_contexts), data.draw(st.binary(max_size=60))
    if data.draw(st.booleans()):
        written = row.encode(data.draw(attribute_values(code)), session)
        at = data.draw(st.integers(0, len(written)))
        octets = written[:at] + octets[:1] + written[at + data.draw(st.integers(0, 2)) :]
    if len(octets) not in row.lengths:
        return
    try:
        value = row.decode(octets, session)
    except ValueError:
        return
    assert row.encode(value, session) == octets
    assert len(str(value).splitlines()) < 2
