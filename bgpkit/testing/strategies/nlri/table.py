"""The list of what can be drawn for each family."""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from hypothesis import strategies as st

from bgpkit.testing.strategies.nlri.bgp_ls import link_states, unknown_link_states
from bgpkit.testing.strategies.nlri.evpn import EVPN_ROUTES
from bgpkit.testing.strategies.nlri.flowspec import flow_rules, opaque_flow_rules
from bgpkit.testing.strategies.nlri.mobile_user_plane import mup_routes
from bgpkit.testing.strategies.nlri.multicast_vpn import mvpn_routes
from bgpkit.testing.strategies.nlri.others import VPLS_NLRI, route_target_memberships, sr_policies
from bgpkit.testing.strategies.nlri.prefixes import labeled_prefixes, labeled_vpn_prefixes, vpn_prefixes
from bgpkit.testing.strategies.prefixes import prefixes_of_width
from bgpkit.wire import Nlri
from bgpkit_fsm import Family

NlriStrategy: TypeAlias = st.SearchStrategy[Nlri]


class _Drawn(NamedTuple):
    """What can be drawn for one family."""

    announced: NlriStrategy
    withdrawn: NlriStrategy


def _same(strategy: NlriStrategy) -> _Drawn:
    """Return the entry of a family whose NLRI are the same in withdrawals."""
    return _Drawn(strategy, strategy)


def _of_addresses(afi: int, width: int) -> Mapping[Family, _Drawn]:
    """Return the entries of the families of one kind of address."""
    return {
        Family(afi, 1): _same(prefixes_of_width(width)),
        Family(afi, 2): _same(prefixes_of_width(width)),
        Family(afi, 4): _Drawn(labeled_prefixes(width, withdrawn=False), labeled_prefixes(width, withdrawn=True)),
        Family(afi, 5): _same(mvpn_routes(width)),
        Family(afi, 73): _same(sr_policies(width)),
        Family(afi, 85): _same(mup_routes(width)),
        Family(afi, 128): _Drawn(
            labeled_vpn_prefixes(width, withdrawn=False), labeled_vpn_prefixes(width, withdrawn=True)
        ),
        Family(afi, 129): _same(vpn_prefixes(width)),
        Family(afi, 133): _same(flow_rules(width)),
        Family(afi, 134): _same(flow_rules(width, vpn=True)),
    }


NLRI_STRATEGIES: Final[Mapping[Family, _Drawn]] = {
    **_of_addresses(1, 32),
    **_of_addresses(2, 128),
    Family(1, 132): _same(route_target_memberships()),
    Family(25, 65): _same(VPLS_NLRI),
    Family(25, 70): _same(EVPN_ROUTES),
    Family(25, 133): _same(opaque_flow_rules()),
    Family(25, 134): _same(opaque_flow_rules()),
    Family(16388, 71): _same(link_states() | unknown_link_states()),
    Family(16388, 72): _same(link_states(vpn=True) | unknown_link_states()),
}
"""Every family that is built in."""


def nlri(family: Family, *, withdrawn: bool = False) -> NlriStrategy:
    """Return values of the NLRI of ``family``, without Path Identifiers; those of withdrawals when ``withdrawn``.

    The difference matters to labels, which a withdrawal need not have. ValueError for a family that is not built
    in: nothing is known of what others have registered.
    """
    drawn = NLRI_STRATEGIES.get(family)
    if drawn is None:
        raise ValueError(f"family {family} is not built in: nothing is known of its NLRI")
    return drawn.withdrawn if withdrawn else drawn.announced
