"""Path attributes to draw: the values of each type, attributes with their flags, lists of them."""

from bgpkit.testing.strategies.attributes.lists import SESSION, attribute_lists, attribute_values, attributes
from bgpkit.testing.strategies.attributes.multiprotocol import next_hops, routes
from bgpkit.testing.strategies.attributes.table import ATTRIBUTE_STRATEGIES

__all__ = [
    "ATTRIBUTE_STRATEGIES",
    "SESSION",
    "attribute_lists",
    "attribute_values",
    "attributes",
    "next_hops",
    "routes",
]
