"""Routes that should not be: each is decided on by a rule, told of once, and disturbs nobody else."""

import struct
from collections.abc import Mapping
from typing import Final

import pytest
from structlog.testing import capture_logs

from bgpkit import State
from bgpkit.policy import PrefixSet, RoutePolicy, Rule, Then
from bgpkit.speaker import Resolution, RibView
from tests.integration.bad_routes_lab import READER, block, client, laboratory, said
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import ASN, OURS, THEIRS, THIRD, prefixes, state

EXTERNAL: Final = 64999
MARTIANS: Final = RoutePolicy(
    "martians",
    (
        Rule(
            PrefixSet.of("0.0.0.0/8 ge 8", "127.0.0.0/8 ge 8", "224.0.0.0/3 ge 3", name="martians"),
            then=Then.REJECT,
        ),
    ),
    default=True,
)


class Ways:
    """An interior in which only one next hop, and our own addresses, can be reached."""

    def resolve(self, address: bytes) -> Resolution:
        """Tell so."""
        return Resolution(reachable=address == bytes((192, 0, 2, 99)), metric=1)


LOOPED: Final[Mapping[str, bytes]] = {
    "10.1.0.0/16": block(path=(1, ASN, 2)),
    "10.2.0.0/16": block(originator_id="10.0.0.1"),
    "10.3.0.0/16": block(originator_id="10.0.0.9", cluster_list=("10.0.0.7", "10.0.0.1")),
    "10.4.0.0/16": block(next_hop=OURS),
    "10.5.0.0/16": block(next_hop="192.0.2.98"),
}
WHY: Final = {
    "10.1.0.0/16": f"our own AS number {ASN} is in AS_PATH",
    "10.2.0.0/16": "ORIGINATOR_ID is our own BGP Identifier",
    "10.3.0.0/16": "our own cluster is in CLUSTER_LIST",
    "10.4.0.0/16": "the next hop is our own address",
    "10.5.0.0/16": "the next hop 192.0.2.98 cannot be reached",
}


async def test_loops_and_next_hops_that_lead_nowhere_are_kept_and_not_chosen() -> None:
    """Each has its reason, which the log names once however often the route comes; each can be explained."""
    with capture_logs() as logs:
        async with laboratory(next_hops=Ways()) as lab:
            for times in range(3):
                for prefix, attributes in LOOPED.items():
                    await lab.bad.send(octets.update(attributes, prefix))
                    more = attributes + octets.attribute(0xC0, 8, struct.pack("!I", times))
                    await lab.bad.send(octets.update(more, prefix))
                await lab.received(len(LOOPED))
                await lab.undisturbed()
            assert lab.reasons() == WHY
            assert lab.arrived() == set()
            assert not prefixes(lab.speaker) & set(LOOPED)
            for prefix, reason in WHY.items():
                assert reason in str(lab.speaker.explain(prefix))
            await lab.bad.send(octets.update(block(), "10.1.0.0/16"))
            await eventually(lambda: "10.1.0.0/16" in prefixes(lab.speaker), "a good route in a bad one's place")
            await lab.undisturbed()
            assert lab.arrived() == {"10.1.0.0/16"}
            await lab.bad.send(octets.withdraw(*LOOPED))
            await lab.received(0)
            await lab.undisturbed()
    assert sorted(said(logs, "route.not_eligible")) == sorted(WHY.values())


async def test_a_loop_by_as_path_of_an_external_peer_is_kept_and_not_chosen() -> None:
    """RFC 4271, section 9.1.2."""
    terms = {"asn": EXTERNAL, "route_reflector_client": False, "import_policy": MARTIANS}
    with capture_logs() as logs:
        async with laboratory(bad=terms) as lab:
            await lab.bad.send(octets.update(octets.attributes(EXTERNAL, ASN, 7), "10.1.0.0/16"))
            await lab.bad.send(octets.update(octets.attributes(EXTERNAL, ASN + 1, 7), "10.2.0.0/16"))
            await lab.received(2)
            await lab.undisturbed()
            assert lab.reasons() == {"10.1.0.0/16": WHY["10.1.0.0/16"], "10.2.0.0/16": ""}
            assert lab.arrived() == {"10.2.0.0/16"}
    assert said(logs, "route.not_eligible") == [WHY["10.1.0.0/16"]]


def long_way(*hops: int) -> bytes:
    """Return attributes with an AS_PATH that takes several segments."""
    segments = (hops[at : at + 250] for at in range(0, len(hops), 250))
    path = b"".join(struct.pack(f"!BB{len(each)}I", 2, len(each), *each) for each in segments)
    return block().replace(octets.attribute(0x40, 2, struct.pack("!BBI", 2, 1, 1)), octets.attribute(0x40, 2, path))


async def test_an_as_path_of_a_thousand_hops_goes_through_and_loses() -> None:
    """Its length counts; it is reflected as it came, and one that is shorter by one hop takes its place."""
    hops = tuple(range(1, 1001))
    async with laboratory() as lab:
        await lab.bad.send(octets.update(long_way(*hops), "10.1.0.0/16", "10.2.0.0/16"))
        await lab.received(2)
        await lab.undisturbed()
        assert lab.heard["10.1.0.0/16"].as_path == hops
        await lab.good.send(octets.update(long_way(*hops[1:]), "10.2.0.0/16"))
        await lab.undisturbed()
        assert lab.heard["10.2.0.0/16"].as_path == hops[1:]


async def test_martians_are_for_a_policy_and_the_default_route_is_a_route() -> None:
    """No RFC forbids them in BGP: without a policy they are taken; with one they are kept, refused, and explained."""
    martians = ("0.0.0.0/8", "127.0.0.0/8", "127.0.0.1/32", "224.0.0.0/4", "239.1.0.0/16", "240.0.0.0/4")
    async with laboratory() as lab:
        await lab.bad.send(octets.update(block(), "0.0.0.0/0", *martians))
        await lab.received(7)
        await lab.undisturbed()
        assert lab.arrived() == {"0.0.0.0/0", *martians}
        await lab.speaker.update_peer(client(THEIRS, import_policy=MARTIANS))
        await eventually(lambda: not prefixes(lab.speaker) & set(martians), "martians refused")
        await lab.undisturbed()
        assert lab.arrived() == {"0.0.0.0/0"}
        refused = "import policy martians: rule 1 (prefix in martians)"
        assert lab.reasons() == {"0.0.0.0/0": ""} | dict.fromkeys(martians, refused)
        await lab.received(7)


async def test_bits_beyond_the_prefix_length_mean_nothing() -> None:
    """RFC 4271, section 4.3: the same destination, whatever they are; it can be withdrawn with others."""
    bits = bytes((20, 10, 1, 0x1F))
    async with laboratory() as lab:
        update = octets.update(block())
        await lab.bad.send(octets.message(octets.UPDATE, update[19:] + bits))
        await lab.received(1)
        await lab.undisturbed()
        assert lab.arrived() == {"10.1.16.0/20"}
        await lab.bad.send(octets.withdraw("10.1.16.0/20"))
        await lab.received(0)
        await lab.undisturbed()
        assert lab.arrived() == set()


async def test_prefixes_longer_than_an_address_end_the_session_of_who_sent_them_only() -> None:
    """RFC 7606, section 5.3: what cannot be parsed resets the session; others go on and lose only those routes."""
    async with laboratory() as lab:
        await lab.bad.send(octets.update(block(), "10.1.0.0/16"))
        await lab.undisturbed()
        update = octets.update(block())
        await lab.bad.send(octets.message(octets.UPDATE, update[19:] + bytes((33, 10, 1, 2, 3, 0))))
        while (heard := await lab.bad.receive())[0] != octets.NOTIFICATION:
            pass
        assert tuple(heard[1][:2]) == (3, 10)
        await eventually(lambda: state(lab.speaker, THEIRS) is not State.ESTABLISHED, "the end of the session")
        await lab.undisturbed(THIRD, READER)
        assert lab.arrived() == set()


async def test_ten_thousand_communities_stay_where_they_fit() -> None:
    """They come in a long message; a peer of 4,096 octets is not sent them, which the log says once, and keeps up."""

    def bulky(number: int) -> bytes:
        values = struct.pack("!10000I", *range(number, 10_000 + number))
        return octets.update(block() + octets.attribute(0xC0, 8, values), f"10.{number}.0.0/16")

    with capture_logs() as logs:
        async with laboratory(octets.EXTENDED_MESSAGE_CAPABILITY) as lab:
            await lab.bad.send(*(bulky(number) for number in range(1, 21)))
            await lab.received(20)
            await lab.undisturbed()
            assert lab.arrived() == set()
            attributes = next(iter(lab.speaker.routes(peer=THEIRS))).attributes
            assert len(attributes.communities) == 10_000
            sent = lab.speaker.routes(peer=READER, view=RibView.ADJ_RIB_OUT)
            assert {str(route.prefix) for route in sent} == set(lab.heard)
            small = octets.update(block(), "10.1.0.0/16")
            await lab.bad.send(small, octets.withdraw("10.2.0.0/16"))
            await lab.received(19)
            await lab.undisturbed()
            assert lab.arrived() == {"10.1.0.0/16"}
            await lab.bad.send(bulky(1))
            await lab.undisturbed()
            assert lab.arrived() == set()
    assert len(said(logs, "route.not_sent")) == 1


async def test_thousands_of_next_hops_that_cannot_be_reached_fill_neither_log_nor_table() -> None:
    """They are decided one by one, and told of a few dozen times at most."""
    count = 5_000
    messages = [
        octets.update(
            block(next_hop=f"172.16.{number // 250}.{1 + number % 250}"), f"10.{number // 250}.{number % 250}.0/24"
        )
        for number in range(count)
    ]
    with capture_logs() as logs:
        async with laboratory(next_hops=Ways()) as lab:
            await lab.bad.send(*messages)
            await lab.received(count)
            await lab.undisturbed()
            assert lab.arrived() == set()
            assert all(reason.endswith("cannot be reached") for reason in lab.reasons().values())
            lab.speaker.use_next_hops(None)
            await eventually(lambda: len(prefixes(lab.speaker)) >= count, "all can be reached")
            await lab.undisturbed()
            assert len(lab.arrived()) == count
            await lab.bad.send(octets.withdraw(*(f"10.{at // 250}.{at % 250}.0/24" for at in range(900))))
            await lab.received(count - 900)
            await lab.undisturbed()
            assert len(lab.arrived()) == count - 900
    assert len(said(logs, "route.not_eligible")) == 64


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        (block(next_hop="0.0.0.0"), "the next hop 0.0.0.0 is not the address of a host"),
        (block(next_hop="224.0.0.5"), "the next hop 224.0.0.5 is not the address of a host"),
        (block(next_hop=None), "NEXT_HOP is missing"),
        (block().removeprefix(octets.ORIGIN_IGP), "ORIGIN is missing"),
    ],
)
async def test_attributes_that_cannot_be_take_the_route_away(attributes: bytes, reason: str) -> None:
    """RFC 7606, section 2 (treat-as-withdraw): told once, however often it comes."""
    with capture_logs() as logs:
        async with laboratory() as lab:
            await lab.bad.send(octets.update(block(), "10.1.0.0/16", "10.2.0.0/16"))
            await lab.received(2)
            for _ in range(3):
                await lab.bad.send(octets.update(attributes, "10.1.0.0/16"))
            await lab.received(1)
            await lab.undisturbed()
            assert lab.arrived() == {"10.2.0.0/16"}
    assert said(logs, "update.fault") == [reason]
