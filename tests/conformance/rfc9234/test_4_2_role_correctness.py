"""RFC 9234, section 4: roles are announced, and must correspond."""

from dataclasses import replace

import pytest

from bgpkit.wire import decode_capabilities, encode_capability
from bgpkit_fsm import BgpRole, Capability, Notification, RoleCapability, SessionConfig, check_open
from tests.unit.fsm.sessions import CONFIG, LOCAL_ASN, remote_open

ROLE_MISMATCH = Notification(2, 11)
ALLOWED = {(0, 3), (3, 0), (1, 2), (2, 1), (4, 4)}


def _with_role(number: int, *, strict: bool = False) -> SessionConfig:
    return replace(CONFIG, capabilities=(RoleCapability(number),), strict_role=strict)


def _roles(*numbers: int) -> tuple[Capability, ...]:
    return tuple(map(RoleCapability, numbers))


@pytest.mark.rfc("9234", "4.1")
@pytest.mark.parametrize("role", BgpRole)
def test_a_role_is_one_octet(role: BgpRole) -> None:
    """Code 9, length 1."""
    octets = bytes((9, 1, role))
    assert decode_capabilities(octets) == (RoleCapability(role),)
    assert encode_capability(RoleCapability(role)) == octets


@pytest.mark.rfc("9234", "4.1")
def test_a_speaker_announces_one_role() -> None:
    """It MUST announce the role that is configured, and MUST NOT announce several."""
    assert _with_role(3).open.capabilities == (RoleCapability(BgpRole.CUSTOMER),)
    with pytest.raises(ValueError, match="several roles"):
        replace(CONFIG, capabilities=_roles(0, 3))


@pytest.mark.rfc("9234", "4.2")
@pytest.mark.parametrize("theirs", [0, 1, 2, 3, 4, 5, 255])
@pytest.mark.parametrize("ours", range(5))
def test_roles_must_correspond(ours: int, theirs: int) -> None:
    """Provider and customer, route server and client, peer and peer; anything else MUST be rejected with 2/11."""
    expected = None if (ours, theirs) in ALLOWED else ROLE_MISMATCH
    assert check_open(_with_role(ours), remote_open(*_roles(theirs))) == expected


@pytest.mark.rfc("9234", "4.2")
def test_a_peer_without_a_role_is_accepted() -> None:
    """Its absence should be ignored; without a role of our own the peer's is not compared with anything."""
    assert check_open(_with_role(3), remote_open()) is None
    assert check_open(CONFIG, remote_open(*_roles(3))) is None


@pytest.mark.rfc("9234", "4.2")
def test_in_strict_mode_a_role_is_required() -> None:
    """An operator may choose that a peer without a role is rejected with 2/11."""
    strict = _with_role(3, strict=True)
    assert check_open(strict, remote_open()) == ROLE_MISMATCH
    assert check_open(strict, remote_open(*_roles(0))) is None


@pytest.mark.rfc("9234", "4.2")
def test_the_same_role_several_times_is_one() -> None:
    """Identical capabilities are considered to be a single one."""
    assert check_open(_with_role(3), remote_open(*_roles(0, 0))) is None


@pytest.mark.rfc("9234", "4.2")
def test_several_different_roles_are_rejected() -> None:
    """When not all have the same value the connection MUST be rejected, whether or not one of them would do."""
    for config in (_with_role(3), CONFIG):
        assert check_open(config, remote_open(*_roles(0, 4))) == ROLE_MISMATCH


@pytest.mark.rfc("9234", "4")
def test_roles_are_for_external_sessions() -> None:
    """Within an AS they are not looked at."""
    internal = replace(_with_role(3), peer_asn=LOCAL_ASN)
    assert check_open(internal, replace(remote_open(*_roles(3, 4)), my_as=LOCAL_ASN)) is None
