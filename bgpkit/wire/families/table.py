"""The list of the families that the codec can carry."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bgpkit.wire.families.bgp_ls import BGP_LS_ROWS
from bgpkit.wire.families.evpn import EVPN_ROWS
from bgpkit.wire.families.flowspec import FLOWSPEC_ROWS
from bgpkit.wire.families.labeled_unicast import LABELED_UNICAST_ROWS
from bgpkit.wire.families.mup import MUP_ROWS
from bgpkit.wire.families.mvpn import MVPN_ROWS
from bgpkit.wire.families.route_target import ROUTE_TARGET_ROWS
from bgpkit.wire.families.row import FamilyRow
from bgpkit.wire.families.sr_policy import SR_POLICY_ROWS
from bgpkit.wire.families.unicast import UNICAST_ROWS
from bgpkit.wire.families.vpls import VPLS_ROWS
from bgpkit.wire.families.vpn import VPN_ROWS
from bgpkit_fsm import Family

_TABLES: Final = (
    UNICAST_ROWS,
    LABELED_UNICAST_ROWS,
    VPN_ROWS,
    MVPN_ROWS,
    FLOWSPEC_ROWS,
    EVPN_ROWS,
    VPLS_ROWS,
    ROUTE_TARGET_ROWS,
    SR_POLICY_ROWS,
    MUP_ROWS,
    BGP_LS_ROWS,
)
rows: Final[dict[Family, FamilyRow]] = {row.family: row for table in _TABLES for row in table}

ROWS: Final[Mapping[Family, FamilyRow]] = MappingProxyType(rows)
"""Every family that this codec can carry: those built in, and those that `register_family` has added."""


def register_family(row: FamilyRow) -> None:
    """Add a family for all decoders and encoders made from now on.

    ValueError when the family has a row already: the meaning of its octets must not depend on who came first.
    """
    if row.family in rows:
        raise ValueError(f"family {row.family} has a row already")
    rows[row.family] = row
