"""Path attributes as ``show route all`` writes them."""

from collections.abc import Iterator
from typing import Final

from bgpkit import Community, Origin, PathAttributes

_ORIGINS: Final = {Origin.IGP: "IGP", Origin.EGP: "EGP", Origin.INCOMPLETE: "Incomplete"}


def attribute_rows(attributes: PathAttributes) -> Iterator[str]:
    """Yield a line for each attribute that the route has, in the order of their codes."""
    yield f"BGP.origin: {_ORIGINS[attributes.origin]}"
    yield f"BGP.as_path: {attributes.as_path}"
    if attributes.next_hop is not None:
        both = (attributes.next_hop, attributes.link_local_next_hop)
        yield f"BGP.next_hop: {' '.join(str(hop) for hop in both if hop is not None)}"
    if attributes.med is not None:
        yield f"BGP.med: {attributes.med}"
    yield f"BGP.local_pref: {100 if attributes.local_pref is None else attributes.local_pref}"
    if attributes.atomic_aggregate:
        yield "BGP.atomic_aggr: "
    if attributes.aggregator is not None:
        yield f"BGP.aggregator: {attributes.aggregator.address} AS{attributes.aggregator.asn}"
    if attributes.communities:
        yield f"BGP.community: {' '.join(map(_community, attributes.communities))}"
    if attributes.originator_id is not None:
        yield f"BGP.originator_id: {attributes.originator_id}"
    if attributes.cluster_list:
        yield f"BGP.cluster_list: {' '.join(map(str, attributes.cluster_list))}"
    if attributes.extended_communities:
        texts = (str(each).split(":", 1) for each in attributes.extended_communities)
        yield f"BGP.ext_community: {' '.join('(' + ', '.join(text) + ')' for text in texts)}"
    if attributes.large_communities:
        rows = (f"({each.global_admin}, {each.data1}, {each.data2})" for each in attributes.large_communities)
        yield f"BGP.large_community: {' '.join(rows)}"


def origin_mark(attributes: PathAttributes) -> str:
    """Return what stands in brackets at the end of a route: the AS that originated it, if another, and the origin."""
    path = str(attributes.as_path).split()
    last = f"AS{path[-1]}" if path and path[-1].isdigit() else ""
    return last + "ie?"[attributes.origin]


def _community(community: Community) -> str:
    return f"({community >> 16},{community & 0xFFFF})"
