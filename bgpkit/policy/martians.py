"""Destinations that make no sense in BGP: no rule of the protocol forbids them, so a policy has to."""

from typing import Final

from bgpkit.policy.prefix_set import PrefixSet

MARTIANS: Final = PrefixSet.of(
    "0.0.0.0/8 ge 8",
    "127.0.0.0/8 ge 8",
    "169.254.0.0/16 ge 16",
    "224.0.0.0/3 ge 3",
    "::/127 ge 127",
    "fe80::/10 ge 10",
    "ff00::/8 ge 8",
    name="martians",
)
"""This host, loopback, link-local, multicast and reserved destinations. RFC 6890; private ones are not among them."""
