"""RFC 5492, section 3: a session that lacks a capability it needs is refused by naming the capability."""

from dataclasses import replace

import pytest

from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, MultiprotocolCapability, check_open
from tests.unit.fsm.sessions import CONFIG, remote_open


@pytest.mark.rfc("5492", "3")
def test_no_family_in_common_is_refused_with_our_capability_as_data() -> None:
    """The Data field lists the capabilities that caused the message, as they stand in an OPEN: code, length, value."""
    config = replace(CONFIG, capabilities=(MultiprotocolCapability(IPV6_UNICAST),))
    refused = check_open(config, remote_open(MultiprotocolCapability(IPV4_UNICAST)))
    assert refused is not None
    assert (refused.code, refused.subcode, refused.data.hex(" ")) == (2, 7, "01 04 00 02 00 01")


@pytest.mark.rfc("5492", "3")
def test_all_our_families_are_named() -> None:
    """With two families of ours and none in common, both are listed."""
    config = replace(
        CONFIG, capabilities=(MultiprotocolCapability(IPV4_UNICAST), MultiprotocolCapability(IPV6_UNICAST))
    )
    other = type(IPV4_UNICAST)(25, 70)
    refused = check_open(config, remote_open(MultiprotocolCapability(other)))
    assert refused is not None
    assert refused.data.hex(" ") == "01 04 00 01 00 01 01 04 00 02 00 01"
