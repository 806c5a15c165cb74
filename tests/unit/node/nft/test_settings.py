"""The choices of a node."""

import pytest

from bgpkit_node.nft import EnforcementSettings, NftError


@pytest.mark.parametrize("name", ["", "9x", "a b", 'x"; drop', "x" * 80])
def test_what_is_no_name_of_a_table_is_refused(name: str) -> None:
    """It would be another sentence of nft's."""
    with pytest.raises(NftError, match="is no name of a table"):
        EnforcementSettings(table=name)


def test_what_no_interface_begins_with_is_refused() -> None:
    """Without any no interface is meant."""
    for odd in ("a b", ""):
        with pytest.raises(NftError, match="is not how names of interfaces begin"):
            EnforcementSettings(interface_prefixes=("cali", odd))
    assert EnforcementSettings(interface_prefixes=()).pod_interfaces == ""
    assert not EnforcementSettings(interface_prefixes=()).names_pod("cali0")
    assert EnforcementSettings(interface_prefixes=("tap", "cali")).names_pod("cali0")
