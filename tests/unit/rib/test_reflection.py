"""Where a path may go, and when it has come round."""

import pytest

from bgpkit_rib import SourceKind, may_advertise, reflection_loop


def test_nothing_is_advertised_to_ourselves() -> None:
    """LOCAL is not a kind of peer."""
    with pytest.raises(ValueError, match="itself"):
        may_advertise(SourceKind.EBGP, SourceKind.LOCAL)


def test_a_cluster_id_is_found_only_where_a_cluster_begins() -> None:
    """Four octets that straddle two clusters are not our cluster."""
    here = 0x02000003
    straddling = bytes.fromhex("01010200 00030404")
    assert here.to_bytes(4, "big") in straddling
    assert not reflection_loop(bgp_identifier=1, cluster_ids={here}, originator_id=None, cluster_list=straddling)
    assert reflection_loop(
        bgp_identifier=1, cluster_ids={here}, originator_id=None, cluster_list=straddling + here.to_bytes(4, "big")
    )
