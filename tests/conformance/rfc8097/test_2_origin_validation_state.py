"""RFC 8097, section 2: the origin validation state extended community."""

import pytest

from bgpkit_rib import ExtendedCommunity, OriginValidation, OriginValidationState


@pytest.mark.rfc("8097", "2")
@pytest.mark.parametrize(("last", "name"), [(0, "valid"), (1, "not-found"), (2, "invalid")])
def test_the_last_octet_is_the_state(last: int, name: str) -> None:
    """0: valid, 1: not found, 2: invalid; the community is non-transitive."""
    community = ExtendedCommunity(bytes((0x43, 0x00, 0, 0, 0, 0, 0, last)))
    assert community.value == OriginValidation(OriginValidationState(last))
    assert str(community) == f"origin-validation:{name}"
    assert not community.transitive


@pytest.mark.rfc("8097", "2")
def test_the_reserved_octets_are_ignored() -> None:
    """The Reserved field MUST be ignored on receipt: the state is read all the same."""
    value = ExtendedCommunity(bytes((0x43, 0x00, 1, 2, 3, 4, 5, 2))).value
    assert isinstance(value, OriginValidation)
    assert value.state is OriginValidationState.INVALID


@pytest.mark.rfc("8097", "2")
@pytest.mark.parametrize("last", [3, 255])
def test_a_greater_state_is_an_error(last: int) -> None:
    """A value above the largest one specified means nothing: the community is to be discarded."""
    assert ExtendedCommunity(bytes((0x43, 0x00, 0, 0, 0, 0, 0, last))).value is None
