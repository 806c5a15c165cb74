"""The choices of a node."""

import pytest

from bgpkit_node.nft import EnforcementSettings, NftError


@pytest.mark.parametrize("name", ["", "9x", "a b", 'x"; drop', "x" * 80])
def test_what_is_no_name_of_a_table_is_refused(name: str) -> None:
    """It would be another sentence of nft's."""
    with pytest.raises(NftError, match="is no name of a table"):
        EnforcementSettings(table=name)


def test_what_no_interface_begins_with_is_refused() -> None:
    """Empty means no interface."""
    with pytest.raises(NftError, match="is not how names of interfaces begin"):
        EnforcementSettings(interface_prefix="a b")
    assert EnforcementSettings(interface_prefix="").interface_prefix == ""
