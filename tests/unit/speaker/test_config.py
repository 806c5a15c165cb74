"""What a peer can be told to be."""

from dataclasses import replace

import pytest

from bgpkit import PeerConfig
from bgpkit.policy import ACCEPT_ALL
from bgpkit.speaker.default_reject import NO_POLICY
from tests.support.speakers import EVERYTHING

CONFIG = PeerConfig(address="192.0.2.1", asn=64512)


def test_an_ipv6_address_has_one_spelling() -> None:
    """However it was written, the address is that of the sockets: the shortest form."""
    assert PeerConfig(address="2001:DB8:0::0:1", asn=1).address == "2001:db8::1"
    assert PeerConfig(address="fe80:0::1%eth0", asn=1).address == "fe80::1%eth0"


@pytest.mark.rfc("8212", "2")
def test_external_peers_get_and_give_nothing_by_default() -> None:
    """Without an explicit policy nothing is imported from or exported to an EBGP peer; internal ones get all."""
    assert CONFIG.policies(external=True) == (NO_POLICY, NO_POLICY)
    assert CONFIG.policies(external=False) == (ACCEPT_ALL, ACCEPT_ALL)
    explicit = replace(CONFIG, import_policy=EVERYTHING, export_policy=EVERYTHING)
    assert explicit.policies(external=True) == (EVERYTHING, EVERYTHING)
