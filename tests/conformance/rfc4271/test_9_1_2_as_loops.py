"""RFC 4271, section 9.1.2, Phase 2: AS loops, and the two ways round them where a network has them on purpose."""

from typing import Any

import pytest

from bgpkit import ChangePlan
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

SITE = 65001
PREFIX = "10.1.0.0/16"
OPEN_POLICIES: dict[str, Any] = {"import_policy": EVERYTHING, "export_policy": EVERYTHING}


@pytest.mark.parametrize(
    ("override", "expected"), [(True, (ASN, ASN, 7, ASN)), (False, (ASN, SITE, 7, SITE))], ids=["override", "plain"]
)
async def test_sites_of_one_as_take_each_others_routes_when_it_is_overridden(
    override: bool, expected: tuple[int, ...]
) -> None:
    """RFC 4364 deployments: the other site would find its own number in AS_PATH and drop the route."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=SITE, **OPEN_POLICIES))
        await speaker.add_peer(towards_scripted(THIRD, asn=SITE, as_override=override, **OPEN_POLICIES))
        async with (
            await scripted(speaker, asn=SITE) as one,
            await scripted(speaker, address=THIRD, asn=SITE) as other,
        ):
            assert (await other.update()).is_end_of_rib
            await one.send(octets.update(octets.attributes(SITE, 7, SITE), PREFIX))
            assert (await other.update()).as_path == expected


async def test_overriding_is_switched_without_a_new_session() -> None:
    """Another AS_PATH is sent, nothing else."""
    async with speaker_at() as speaker:
        config: dict[str, Any] = {"asn": SITE, **OPEN_POLICIES}
        await speaker.announce(PREFIX)
        await speaker.add_peer(towards_scripted(THIRD, **config))
        await speaker.add_peer(towards_scripted(asn=SITE, **OPEN_POLICIES))
        async with (
            await scripted(speaker, asn=SITE) as feeder,
            await scripted(speaker, address=THIRD, asn=SITE) as peer,
        ):
            await peer.routes()
            await feeder.send(octets.update(octets.attributes(SITE), "10.2.0.0/16"))
            assert (await peer.update()).as_path == (ASN, SITE)
            assert await speaker.update_peer(towards_scripted(THIRD, as_override=True, **config)) is ChangePlan.SOFT
            update = await peer.update()
            assert (update.announced, update.as_path) == (("10.2.0.0/16",), (ASN, ASN))


@pytest.mark.rfc("4271", "9.1.2")
async def test_our_own_number_is_taken_as_often_as_allowed() -> None:
    """Our AS comes back where two of our sites meet through another network; switched while the session is up."""
    async with speaker_at() as speaker:
        config: dict[str, Any] = {"asn": SITE, **OPEN_POLICIES}
        await speaker.add_peer(towards_scripted(**config))
        async with await scripted(speaker, asn=SITE) as peer:
            await peer.send(octets.update(octets.attributes(SITE, ASN), PREFIX))
            await peer.send(octets.update(octets.attributes(SITE, ASN, SITE, ASN), "10.2.0.0/16"))
            await holds(speaker, [PREFIX, "10.2.0.0/16"], peer=THEIRS)
            await holds(speaker, [])
            for times, wanted in ((1, [PREFIX]), (2, [PREFIX, "10.2.0.0/16"]), (0, list[str]())):
                plan = await speaker.update_peer(towards_scripted(**config, allow_own_as=times))
                assert plan is ChangePlan.SOFT
                await holds(speaker, wanted)
            assert route_to(speaker, PREFIX, peer=THEIRS).path.reason == "our own AS number 64512 is in AS_PATH"
