"""RFC 6996, section 4: private AS numbers must not go to the Internet."""

from typing import Any

import pytest

from bgpkit import ConfigError
from bgpkit.adj_rib_out import PrivateAs
from tests.support import octets
from tests.support.speakers import ASN, EVERYTHING, THEIRS, THIRD, scripted, speaker_at, towards_scripted

PRIVATE, TRANSIT = 4_200_000_001, 3356
PREFIX, MIXED = "10.1.0.0/16", "10.2.0.0/16"


@pytest.mark.rfc("6996", "4")
@pytest.mark.parametrize(
    ("mode", "alone", "mixed"),
    [
        (PrivateAs.KEEP, (ASN, PRIVATE), (ASN, PRIVATE, 1, 64513)),
        (PrivateAs.REMOVE, (ASN,), (ASN, PRIVATE, 1, 64513)),
        (PrivateAs.REMOVE_ALL, (ASN,), (ASN, 1)),
        (PrivateAs.REPLACE_ALL, (ASN, ASN), (ASN, ASN, 1, ASN)),
    ],
)
async def test_private_numbers_are_removed_before_a_route_leaves(
    mode: PrivateAs, alone: tuple[int, ...], mixed: tuple[int, ...]
) -> None:
    """They MUST be removed from AS_PATH (and so never are in AS4_PATH), where a network is told to."""
    export: dict[str, Any] = {"export_policy": EVERYTHING, "private_as": mode}
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=PRIVATE, import_policy=EVERYTHING))
        await speaker.add_peer(towards_scripted(THIRD, asn=TRANSIT, **export))
        async with await scripted(speaker, asn=PRIVATE) as customer:
            await customer.send(octets.update(octets.attributes(PRIVATE), PREFIX))
            await customer.send(octets.update(octets.attributes(PRIVATE, 1, 64513), MIXED))
            async with await scripted(speaker, address=THIRD, asn=TRANSIT) as transit:
                heard: dict[str, octets.HeardUpdate] = {}
                while set(heard) != {PREFIX, MIXED}:
                    update = await transit.update()
                    heard.update(dict.fromkeys(update.announced, update))
                assert heard[PREFIX].as_path == alone
                assert heard[MIXED].as_path == mixed


async def test_the_number_of_a_peer_with_a_private_one_stays() -> None:
    """It is what the peer looks for to find a loop; a network that hides it would send the peer its own routes."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=PRIVATE, import_policy=EVERYTHING))
        await speaker.add_peer(
            towards_scripted(THIRD, asn=64513, export_policy=EVERYTHING, private_as=PrivateAs.REMOVE_ALL)
        )
        async with await scripted(speaker, asn=PRIVATE) as customer:
            await customer.send(octets.update(octets.attributes(PRIVATE, 1, 64513), MIXED))
            async with await scripted(speaker, address=THIRD, asn=64513) as peer:
                heard: dict[str, octets.HeardUpdate] = {}
                while MIXED not in heard:
                    update = await peer.update()
                    heard.update(dict.fromkeys(update.announced, update))
                assert heard[MIXED].as_path == (ASN, 1, 64513)


@pytest.mark.rfc("6996", "4")
async def test_it_is_for_external_peers() -> None:
    """Inside, AS_PATH is not touched."""
    async with speaker_at() as speaker:
        refused: list[dict[str, Any]] = [{"private_as": PrivateAs.REMOVE_ALL}, {"as_override": True}]
        for fields in refused:
            with pytest.raises(ConfigError, match="is for external peers"):
                await speaker.add_peer(towards_scripted(THEIRS, **fields))
