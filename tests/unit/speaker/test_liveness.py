"""bgpkit.speaker.liveness: what is wanted of a path."""

from typing import Any

import pytest

from bgpkit import PeerConfig
from bgpkit.errors import ConfigError
from bgpkit.speaker import BfdAuthentication, BfdAuthenticationType, BfdOptions, ChangePlan, plan_change
from bgpkit.transport import Secret


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"transmit_interval": 0.001}, "transmit_interval 0.001 is not between 0.01 and 60 seconds"),
        ({"receive_interval": 61}, "receive_interval 61 is not between 0.01 and 60 seconds"),
        ({"detect_multiplier": 0}, "detect_multiplier 0 is not between 1 and 255"),
        ({"detect_multiplier": 256}, "detect_multiplier 256 is not between 1 and 255"),
        ({"minimum_ttl": 254}, "minimum_ttl is for multihop"),
        ({"minimum_ttl": 0, "multihop": True}, "minimum_ttl 0 is not between 1 and 255"),
    ],
)
def test_options_that_cannot_be_are_refused(fields: dict[str, Any], reason: str) -> None:
    """Field, value and what it may be."""
    with pytest.raises(ConfigError, match=f"^bfd: {reason}"):
        BfdOptions(**fields)


@pytest.mark.parametrize(
    ("kind", "key", "key_id", "reason"),
    [
        (BfdAuthenticationType.SIMPLE, "", 1, "a key of 0 octets is not one of 1 to 16"),
        (BfdAuthenticationType.KEYED_MD5, "x" * 17, 1, "a key of 17 octets is not one of 1 to 16"),
        (BfdAuthenticationType.KEYED_SHA1, "x" * 21, 1, "a key of 21 octets is not one of 1 to 20"),
        (BfdAuthenticationType.KEYED_SHA1, "x" * 20, 256, "key_id 256 is not between 0 and 255"),
    ],
)
def test_keys_that_cannot_be_are_refused(kind: BfdAuthenticationType, key: str, key_id: int, reason: str) -> None:
    """RFC 5880, sections 4.2 to 4.4. The key itself is never told."""
    with pytest.raises(ConfigError, match=f"^bfd: {reason}$"):
        BfdAuthentication(type=kind, key=Secret(key), key_id=key_id)


def test_a_key_does_not_show() -> None:
    """Not in a peer's configuration, and not in the plan of a change."""
    authentication = BfdAuthentication(type=BfdAuthenticationType.SIMPLE, key=Secret("s3cret"))
    config = PeerConfig(address="192.0.2.9", asn=1, bfd=BfdOptions(authentication=authentication))
    assert "s3cret" not in repr(config)


def test_the_least_ttl_follows_from_the_kind_of_path() -> None:
    """255 on the same link; over several hops what is given, or any."""
    assert BfdOptions().least_ttl == 255
    assert BfdOptions(multihop=True).least_ttl == 0
    assert BfdOptions(multihop=True, minimum_ttl=250).least_ttl == 250


def test_a_change_of_bfd_costs_no_session() -> None:
    """The path goes on by other options, or begins or ends to be watched."""
    without = PeerConfig(address="192.0.2.9", asn=1)
    watched = PeerConfig(address="192.0.2.9", asn=1, bfd=BfdOptions())
    assert plan_change(without, watched) is plan_change(watched, without) is ChangePlan.NONE


def test_bfd_is_an_option_and_nothing_else() -> None:
    """What would show late and far away is told at once."""
    wrong: Any = {"interval": 1}
    with pytest.raises(ConfigError, match=r"bfd .* is not a BfdOptions or NoneType"):
        PeerConfig(address="192.0.2.9", asn=1, bfd=wrong)
