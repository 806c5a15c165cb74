"""The AS that a route's path says it comes from."""

from bgpkit_rib import AsPath, AsSegmentKind


def origin_as(as_path: AsPath, own_as: int) -> int | None:
    """Return the Route Origin ASN of a path, or None where it ends in an AS_SET.

    ``own_as`` is the AS of the speaker itself, from which a route comes whose path is empty or ends in its
    confederation. None never makes a route valid.

    RFC 6811, section 2.
    """
    segments = as_path.segments
    if not segments:
        return own_as
    match segments[-1].kind:
        case AsSegmentKind.SEQUENCE:
            return segments[-1].asns[-1]
        case AsSegmentKind.SET:
            return None
        case _:
            return own_as
