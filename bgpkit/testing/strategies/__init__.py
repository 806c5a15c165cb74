"""Strategies for hypothesis: values of BGP, each well-formed, and octets that are damaged.

::

    from hypothesis import given
    from bgpkit.testing import strategies as bgp

    @given(bgp.update_contexts().flatmap(bgp.messages))
    def test_what_my_program_makes_of_a_message(message): ...

Each function returns a strategy. What is *well-formed* can be written by the encoders of `bgpkit.wire`, and comes
back from the decoders of the other side (`mirrored`) as an equal value, without faults. Only `mutated` and
`octet_streams` give what is not.

::

    fields, families, prefixes, as_paths, communities    the small values
    capabilities, messages, updates                      messages, by type
    attributes, path_attributes                          path attributes by type code, and as one value
    nlri                                                 NLRI by family
    contexts                                             the terms of sessions
    octets                                               messages in octets, whole and damaged

Everything that is built in can be drawn: each row of `bgpkit.wire.ROWS`, of `ATTRIBUTE_ROWS` and of the capabilities.
"""

from bgpkit.testing.strategies.as_paths import as_paths
from bgpkit.testing.strategies.attributes import (
    SESSION,
    attribute_lists,
    attribute_values,
    attributes,
    next_hops,
    routes,
)
from bgpkit.testing.strategies.capabilities import capabilities
from bgpkit.testing.strategies.communities import (
    communities,
    extended_communities,
    ipv6_extended_communities,
    large_communities,
)
from bgpkit.testing.strategies.contexts import mirrored, update_contexts
from bgpkit.testing.strategies.families import any_families, families
from bgpkit.testing.strategies.fields import (
    addresses,
    asns,
    ipv4_addresses,
    ipv6_addresses,
    mac_addresses,
    route_distinguishers,
)
from bgpkit.testing.strategies.messages import keepalives, messages, notifications, opens, route_refreshes
from bgpkit.testing.strategies.nlri import nlri
from bgpkit.testing.strategies.octets import message_octets, mutated, octet_streams
from bgpkit.testing.strategies.path_attributes import path_attributes
from bgpkit.testing.strategies.prefixes import prefixes
from bgpkit.testing.strategies.updates import update_messages

__all__ = [
    "SESSION",
    "addresses",
    "any_families",
    "as_paths",
    "asns",
    "attribute_lists",
    "attribute_values",
    "attributes",
    "capabilities",
    "communities",
    "extended_communities",
    "families",
    "ipv4_addresses",
    "ipv6_addresses",
    "ipv6_extended_communities",
    "keepalives",
    "large_communities",
    "mac_addresses",
    "message_octets",
    "messages",
    "mirrored",
    "mutated",
    "next_hops",
    "nlri",
    "notifications",
    "octet_streams",
    "opens",
    "path_attributes",
    "prefixes",
    "route_distinguishers",
    "route_refreshes",
    "routes",
    "update_contexts",
    "update_messages",
]
