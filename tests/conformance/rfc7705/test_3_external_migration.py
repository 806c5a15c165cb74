"""RFC 7705, section 3, External BGP Autonomous System Migration Mechanisms: an old AS number towards some peers."""

import struct
from typing import Any

import pytest

from bgpkit import ChangePlan, ConfigError
from tests.support import octets
from tests.support.speakers import (
    ASN,
    EVERYTHING,
    THEIRS,
    THIRD,
    holds,
    route_to,
    scripted,
    speaker_at,
    towards_scripted,
)

OLD, CUSTOMER, OTHER = 65100, 65001, 65002
OWN, PREFIX, LOOPED = "10.9.0.0/16", "10.1.0.0/16", "10.2.0.0/16"
BOTH_WAYS: dict[str, Any] = {"import_policy": EVERYTHING, "export_policy": EVERYTHING}


@pytest.mark.rfc("7705", "3.3")
async def test_the_old_number_is_used_in_the_session_of_that_peer_only() -> None:
    """The OPEN to a peer that knows us by the old AS number has that; others are not affected."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=CUSTOMER, local_asn=OLD, **BOTH_WAYS))
        await speaker.add_peer(towards_scripted(THIRD, asn=OTHER, **BOTH_WAYS))
        for address, asn, expected in ((THEIRS, CUSTOMER, OLD), (THIRD, OTHER, ASN)):
            async with await scripted(speaker, address=address, asn=asn) as peer:
                assert struct.unpack_from("!H", peer.heard_open, 1) == (expected,)
                assert octets.read_capabilities(peer.heard_open)[65] == [struct.pack("!I", expected)]


@pytest.mark.rfc("7705", "3.1")
@pytest.mark.parametrize(
    ("on_import", "expected"), [(True, f"{OLD} {CUSTOMER} 1"), (False, f"{CUSTOMER} 1")], ids=["default", "no prepend"]
)
async def test_the_old_number_stands_in_what_comes_in_unless_told_otherwise(on_import: bool, expected: str) -> None:
    """It is put before AS_PATH of what the peer sends; with "No Prepend Inbound" it MUST NOT be."""
    async with speaker_at() as speaker:
        await speaker.add_peer(
            towards_scripted(asn=CUSTOMER, local_asn=OLD, local_asn_on_import=on_import, **BOTH_WAYS)
        )
        async with await scripted(speaker, asn=CUSTOMER) as customer:
            await customer.send(octets.update(octets.attributes(CUSTOMER, 1), PREFIX))
            await holds(speaker, [PREFIX])
            route = route_to(speaker, PREFIX)
            assert str(route.attributes.as_path) == expected
            assert route.path.as_path_length == len(expected.split())
            assert route.path.neighbor_as == int(expected.split()[0])


@pytest.mark.rfc("7705", "3.2")
@pytest.mark.parametrize(
    ("alone", "expected"), [(False, (OLD, ASN)), (True, (OLD,))], ids=["default", "replace old AS"]
)
async def test_what_goes_out_has_the_old_number_first(alone: bool, expected: tuple[int, ...]) -> None:
    """Then the true one; with "Replace Old AS" the true one is not there. Other peers see the true one alone."""
    async with speaker_at() as speaker:
        await speaker.announce(OWN)
        await speaker.add_peer(towards_scripted(asn=CUSTOMER, local_asn=OLD, local_asn_alone=alone, **BOTH_WAYS))
        await speaker.add_peer(towards_scripted(THIRD, asn=OTHER, **BOTH_WAYS))
        async with await scripted(speaker, asn=CUSTOMER) as customer:
            assert (await customer.routes())[OWN].as_path == expected
        async with await scripted(speaker, address=THIRD, asn=OTHER) as other:
            assert (await other.routes())[OWN].as_path == (ASN,)


@pytest.mark.rfc("7705", "3.3")
@pytest.mark.rfc("4271", "9.1.2")
@pytest.mark.parametrize("on_import", [True, False])
async def test_both_numbers_are_ours_when_loops_are_looked_for(on_import: bool) -> None:
    """What comes back with either is a loop, though the old number stands there once by our own doing."""
    async with speaker_at() as speaker:
        await speaker.add_peer(
            towards_scripted(asn=CUSTOMER, local_asn=OLD, local_asn_on_import=on_import, **BOTH_WAYS)
        )
        async with await scripted(speaker, asn=CUSTOMER) as customer:
            await customer.send(octets.update(octets.attributes(CUSTOMER, 1), PREFIX))
            await customer.send(octets.update(octets.attributes(CUSTOMER, OLD), LOOPED))
            await customer.send(octets.update(octets.attributes(CUSTOMER, ASN), "10.3.0.0/16"))
            await holds(speaker, [PREFIX, LOOPED, "10.3.0.0/16"], peer=THEIRS)
            await holds(speaker, [PREFIX])
            reasons = [route_to(speaker, prefix, peer=THEIRS).path.reason for prefix in (LOOPED, "10.3.0.0/16")]
            assert reasons == [f"our own AS number {asn} is in AS_PATH" for asn in (OLD, ASN)]


@pytest.mark.rfc("7705", "3.3")
async def test_numbers_that_would_not_make_a_border_are_refused() -> None:
    """The mechanisms are for external peers: not towards our own AS, nor as the peer's AS, nor as what we are."""
    async with speaker_at() as speaker:
        with pytest.raises(ConfigError, match="for external peers, and AS 64512 is not external"):
            await speaker.add_peer(towards_scripted(local_asn=OLD))
        with pytest.raises(ConfigError, match="is our own AS already"):
            await speaker.add_peer(towards_scripted(asn=CUSTOMER, local_asn=ASN))
        with pytest.raises(ConfigError, match="is the peer's own AS"):
            towards_scripted(asn=CUSTOMER, local_asn=CUSTOMER)


@pytest.mark.rfc("7705", "3.3")
async def test_the_migration_ends_with_a_new_session_and_its_details_without_one() -> None:
    """Another number is another OPEN; whether the true one stands behind it is only a change of routes."""
    async with speaker_at() as speaker:
        await speaker.announce(OWN)
        config: dict[str, Any] = {"asn": CUSTOMER, "local_asn": OLD, **BOTH_WAYS}
        await speaker.add_peer(towards_scripted(**config))
        async with await scripted(speaker, asn=CUSTOMER) as customer:
            assert (await customer.routes())[OWN].as_path == (OLD, ASN)
            plan = await speaker.update_peer(towards_scripted(**config, local_asn_alone=True))
            assert plan is ChangePlan.SOFT
            assert (await customer.update()).as_path == (OLD,)
            plan = await speaker.update_peer(towards_scripted(**config, local_asn_on_import=False))
            assert plan is ChangePlan.RESET
