"""The list of the path attributes that the codec interprets."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bgpkit.wire.attributes import (
    aigp,
    as4,
    attr_set,
    bgp_ls_attribute,
    communities,
    multiprotocol,
    only_to_customer,
    pmsi_tunnel,
    prefix_sid,
    reflection,
    tunnel_encapsulation,
    well_known,
)
from bgpkit.wire.attributes.row import AttributeRow

_TABLES: Final = (
    well_known,
    communities,
    reflection,
    multiprotocol,
    as4,
    pmsi_tunnel,
    tunnel_encapsulation,
    aigp,
    bgp_ls_attribute,
    only_to_customer,
    prefix_sid,
    attr_set,
)

ATTRIBUTE_ROWS: Final[Mapping[int, AttributeRow]] = MappingProxyType(
    {int(row.code): row for table in _TABLES for row in table.ROWS}
)
"""Every attribute that the codec interprets, by type code; all others are carried octet for octet."""
