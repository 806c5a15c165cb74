"""The header around a packet, as it is told to people."""

import msgspec

from bgpkit_node.diagnosis import OuterHeader


def test_an_outer_header_says_which_sort_of_packet_it_makes() -> None:
    """In the words by which a firewall is opened for it."""
    ipip = OuterHeader(tunnel="IPIP", protocol=4, source="a", destination="b", overhead=20, mtu=1480)
    assert ipip.what == "IP protocol 4 (IPIP)"
    vxlan = msgspec.structs.replace(ipip, tunnel="VXLAN", protocol=17, vni=7, port=4790)
    assert vxlan.what == "UDP port 4790 (VXLAN, VNI 7)"
