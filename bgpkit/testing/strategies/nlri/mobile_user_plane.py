"""Mobile user plane routes (draft-ietf-bess-mup-safi-00, section 3.1)."""

from ipaddress import IPv4Address, IPv6Address

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import addresses, numbers, route_distinguishers
from bgpkit.testing.strategies.prefixes import prefixes_of_width
from bgpkit.wire.families.mup_routes import (
    MupDirectSegment,
    MupInterworkSegment,
    MupRoute,
    MupType1Session,
    MupType2Session,
)
from bgpkit_rib import RouteDistinguisher


def mup_routes(width: int) -> st.SearchStrategy[MupRoute]:
    """Return routes of the types 1 to 4 for addresses of ``width`` bits."""
    rd = route_distinguishers()
    return st.one_of(
        st.builds(MupInterworkSegment, rd, prefixes_of_width(width)),
        st.builds(MupDirectSegment, rd, addresses(width)),
        _type_1_sessions(width),
        st.builds(_type_2_session, rd, addresses(width), st.integers(0, 32), numbers(32)),
    )


@st.composite
def _type_1_sessions(draw: st.DrawFn, width: int) -> MupType1Session:
    """Draw a Type 1 Session Transformed route; early ones end with the endpoint. Section 3.1.3 of the draft."""
    source = draw(st.none() | addresses())
    return MupType1Session(
        route_distinguisher=draw(route_distinguishers()),
        prefix=draw(prefixes_of_width(width)),
        teid=draw(st.integers(1, 0xFFFFFFFF)),
        qfi=draw(numbers(8)),
        endpoint=draw(addresses()),
        source=source,
        source_length=source is not None or draw(st.booleans()),
    )


def _type_2_session(
    rd: RouteDistinguisher, endpoint: IPv4Address | IPv6Address, bits: int, number: int
) -> MupType2Session:
    """Return a Type 2 Session Transformed route with the first bits of an identifier that is not zero in them."""
    leading = (number >> 32 - bits or 1) << 32 - bits if bits else 0
    return MupType2Session(rd, endpoint, bits, leading.to_bytes(4, "big")[: (bits + 7) // 8])
