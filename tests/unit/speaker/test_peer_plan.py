"""What a change costs, told before it is made, with the fields that ask for it."""

import json
from dataclasses import fields, replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from bgpkit import (
    BEST_EXTERNAL,
    IPV4_UNICAST,
    IPV6_UNICAST,
    AddPathAll,
    ChangePlan,
    ConfigError,
    PeerConfig,
    State,
    plan_change,
)
from bgpkit.adj_rib_out import NextHopSelf
from bgpkit.policy import REJECT_ALL
from bgpkit.speaker import peer_plan
from bgpkit.speaker.peer_plan import FieldChange, PeerPlan, changed_fields, plan_peer
from bgpkit.speaker.prefix_limit import PrefixLimit, PrefixLimitAction
from bgpkit.transport import Secret, TransportOptions
from bgpkit.wire import to_plain
from bgpkit_fsm import BgpRole
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import (
    EVERYTHING,
    OURS,
    THEIRS,
    THIRD,
    holds,
    only,
    scripted,
    settled,
    speaker_at,
    towards_scripted,
)

CONFIG = PeerConfig(address="192.0.2.1", asn=64512)


@pytest.mark.parametrize(
    ("change", "plan"),
    [
        ({}, ChangePlan.NONE),
        ({"description": "core"}, ChangePlan.NONE),
        ({"connect_retry_time": 9.0}, ChangePlan.NONE),
        ({"passive": True}, ChangePlan.NONE),
        ({"delay_open_time": 5.0, "idle_hold_time": 3.0, "damp_oscillations": False}, ChangePlan.NONE),
        ({"collision_detect_established": True, "send_hold_time": 600.0}, ChangePlan.NONE),
        ({"restart_time": 9}, ChangePlan.NONE),
        ({"transport": TransportOptions(md5_key=Secret("a"), dscp=0, user_timeout=9.0)}, ChangePlan.NONE),
        ({"transport": TransportOptions(ttl_security=1)}, ChangePlan.RESET),
        ({"extended_next_hop": True}, ChangePlan.RESET),
        ({"route_reflector_client": True}, ChangePlan.SOFT),
        ({"cluster_id": IPv4Address("10.0.0.9")}, ChangePlan.SOFT),
        ({"next_hop_self": NextHopSelf.EXTERNAL}, ChangePlan.SOFT),
        ({"next_hops": (IPv4Address("10.0.0.9"),)}, ChangePlan.SOFT),
        ({"import_policy": EVERYTHING}, ChangePlan.SOFT),
        ({"export_policy": EVERYTHING}, ChangePlan.SOFT),
        ({"export_policy": EVERYTHING, "description": "core"}, ChangePlan.SOFT),
        ({"enforce_first_as": False}, ChangePlan.SOFT),
        ({"honor_graceful_shutdown": False}, ChangePlan.SOFT),
        ({"graceful_shutdown": True}, ChangePlan.SOFT),
        ({"max_prefixes_in": PrefixLimit(maximum=9)}, ChangePlan.NONE),
        ({"advertise": BEST_EXTERNAL}, ChangePlan.SOFT),
        ({"advertise": AddPathAll()}, ChangePlan.RESET),
        ({"role": BgpRole.CUSTOMER}, ChangePlan.RESET),
        ({"accept_as_sets": True}, ChangePlan.RESET),
        ({"asn": 64513}, ChangePlan.RESET),
        ({"port": 1790}, ChangePlan.RESET),
        ({"local_address": "192.0.2.9"}, ChangePlan.RESET),
        ({"families": (IPV6_UNICAST,)}, ChangePlan.RESET),
        ({"hold_time": 30}, ChangePlan.RESET),
        ({"graceful_restart": False}, ChangePlan.RESET),
        ({"hold_time": 30, "export_policy": EVERYTHING}, ChangePlan.RESET),
    ],
)
def test_the_plan_is_the_most_that_any_changed_field_asks_for(change: dict[str, Any], plan: ChangePlan) -> None:
    """What an OPEN carries resets, what concerns routes is soft, the rest is nothing to the session."""
    assert plan_change(CONFIG, replace(CONFIG, **change)) is plan


def test_every_field_is_named_once() -> None:
    """A field is soft, free or told by its values; what is in none of them resets."""
    names = {field.name for field in fields(PeerConfig)}
    listed = [*peer_plan.SOFT, *peer_plan.FREE, *peer_plan.BY_VALUE]
    assert len(listed) == len(set(listed))
    assert set(listed) <= names


def test_a_plan_names_each_field_with_what_it_costs() -> None:
    """In the order of the fields; a policy by its name."""
    changed = replace(CONFIG, hold_time=30, export_policy=REJECT_ALL, description="core")
    assert plan_peer(CONFIG, changed) == PeerPlan(
        address="192.0.2.1",
        change=ChangePlan.RESET,
        fields=(
            FieldChange(field="hold_time", old="90", new="30", cost=ChangePlan.RESET),
            FieldChange(field="export_policy", old="none", new="reject-all", cost=ChangePlan.SOFT),
            FieldChange(field="description", old="", new="core", cost=ChangePlan.NONE),
        ),
    )
    line = "peer 192.0.2.1: reset: hold_time 90 -> 30 (reset), export_policy none -> reject-all (soft)"
    assert str(plan_peer(CONFIG, changed)).startswith(line)
    assert '"change": "reset"' in json.dumps(to_plain(plan_peer(CONFIG, changed)))


def test_a_peer_that_is_not_there_is_added() -> None:
    """There is nothing to compare with."""
    assert plan_peer(None, CONFIG) == PeerPlan(address="192.0.2.1", change=ChangePlan.ADD)
    assert str(plan_peer(None, CONFIG)) == "peer 192.0.2.1: add"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"passive": True}, "no -> yes"),
        ({"role": BgpRole.RS_CLIENT}, "none -> rs-client"),
        ({"next_hop_self": NextHopSelf.ALL}, "never -> all"),
        ({"families": (IPV4_UNICAST, IPV6_UNICAST)}, "ipv4-unicast -> ipv4-unicast, ipv6-unicast"),
        ({"next_hops": (IPv4Address("10.0.0.9"),)}, "none -> 10.0.0.9"),
        (
            {"max_prefixes_in": PrefixLimit(maximum=9)},
            "none -> 9, at 75 percent a warning, beyond it restart after 300 s",
        ),
    ],
)
def test_values_are_said_as_a_person_would(change: dict[str, Any], said: str) -> None:
    """Not as the program writes them."""
    (found,) = changed_fields(CONFIG, replace(CONFIG, **change))
    assert f"{found.old} -> {found.new}" == said


def test_of_options_only_the_parts_that_differ_are_told() -> None:
    """Each under the name of its field and its own."""
    limit = PrefixLimit(maximum=9)
    before, after = (replace(CONFIG, max_prefixes_in=each) for each in (limit, replace(limit, maximum=10)))
    assert [change.field for change in changed_fields(before, after)] == ["max_prefixes_in.maximum"]
    other = replace(limit, action=PrefixLimitAction.WARN)
    (told,) = changed_fields(before, replace(CONFIG, max_prefixes_in=other))
    assert (told.field, told.old, told.new) == ("max_prefixes_in.action", "restart", "warn")


def test_a_secret_does_not_show() -> None:
    """Neither the old nor the new one."""
    keys = (TransportOptions(md5_key=Secret("hemlig")), TransportOptions(md5_key=Secret("tajemny")))
    plan = plan_peer(*(replace(CONFIG, transport=options) for options in keys))
    assert [change.field for change in plan.fields] == ["transport.md5_key"]
    assert not any(secret in f"{plan} {plan!r} {to_plain(plan)}" for secret in ("hemlig", "tajemny"))


def test_what_looks_alike_is_told_to_have_changed() -> None:
    """Another key; `edge -> edge` would say nothing."""
    one, other = (PeerConfig(address=THEIRS, asn=1, transport=TransportOptions(md5_key=Secret(key))) for key in "ab")
    [change] = changed_fields(one, other)
    assert change.new == f"{change.old}, changed"


async def test_a_plan_does_nothing_and_an_update_does_what_it_says() -> None:
    """For each of a whole set: added, removed, none, soft, reset; peers of a range are left alone."""
    async with speaker_at() as speaker:
        stays, soft, goes = (towards_scripted(address) for address in (THEIRS, THIRD, "127.0.0.4"))
        for config in (stays, soft, goes):
            await speaker.add_peer(config)
        added = towards_scripted("127.0.0.5")
        wanted = [stays, replace(soft, weight=7), added]
        expected = [
            (THEIRS, ChangePlan.NONE),
            (THIRD, ChangePlan.SOFT),
            ("127.0.0.5", ChangePlan.ADD),
            ("127.0.0.4", ChangePlan.REMOVE),
        ]
        plans = speaker.plan(wanted)
        assert [(plan.address, plan.change) for plan in plans] == expected
        assert [status.address for status in speaker.peers()] == [THEIRS, THIRD, "127.0.0.4"]
        assert speaker.peer_config(THIRD) == soft
        assert await speaker.apply(wanted) == plans
        assert [status.address for status in speaker.peers()] == [THEIRS, THIRD, "127.0.0.5"]
        assert speaker.peer_config(THIRD).weight == 7
        assert {plan.change for plan in speaker.plan(wanted)} == {ChangePlan.NONE}


async def test_one_configuration_that_cannot_be_leaves_all_as_they_were() -> None:
    """Nothing is done before everything has been looked at."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(THEIRS))
        wrong = towards_scripted(THIRD, role=BgpRole.PEER)
        with pytest.raises(ConfigError, match="role is for external peers"):
            speaker.plan_peer(wrong)
        with pytest.raises(ConfigError, match="role is for external peers"):
            await speaker.apply([towards_scripted(THEIRS, weight=1), wrong])
        assert speaker.peer_config(THEIRS).weight == 0
        with pytest.raises(ConfigError, match=f"peer {THEIRS} is there twice"):
            speaker.plan([towards_scripted(THEIRS), towards_scripted(THEIRS)])


async def test_peers_of_a_range_do_not_go_because_no_configuration_names_them() -> None:
    """A range made them, and takes them away."""
    async with speaker_at() as speaker:
        await speaker.accept_peers("127.0.0.0/24", lambda address: towards_scripted(address))
        async with await scripted(speaker):
            assert speaker.plan([]) == ()
            plan = speaker.plan_peer(towards_scripted(THEIRS, weight=1))
            assert plan.change is ChangePlan.SOFT


async def test_a_peer_of_a_range_that_a_configuration_names_stays_when_its_session_ends() -> None:
    """It is a configured peer from then on, though nothing of it has changed; the next configuration may end it."""
    async with speaker_at() as speaker:
        await speaker.accept_peers("127.0.0.0/24", lambda address: towards_scripted(address))
        async with await scripted(speaker):
            await speaker.apply([towards_scripted(THEIRS)])
        await eventually(lambda: speaker.peers()[0].state is not State.ESTABLISHED, "the end of the session")
        await settled()
        assert [status.address for status in speaker.peers()] == [THEIRS]
        assert [plan.change for plan in speaker.plan([])] == [ChangePlan.REMOVE]


async def test_a_change_of_nothing_sends_no_message() -> None:
    """At the peer's socket the next message is that of the change after it, and the session is the same one."""
    async with speaker_at() as speaker:
        config = towards_scripted(export_policy=only("10.0.0.0/8"))
        await speaker.add_peer(config)
        await speaker.announce("10.1.0.0/16", "192.0.2.0/24")
        async with await scripted(speaker) as peer:
            assert set(await peer.routes()) == {"10.1.0.0/16"}
            sent = speaker.peers()[0].octets_sent
            for change in ({}, {"description": "core"}, {"connect_retry_time": 7.0}):
                assert await speaker.update_peer(replace(config, **change)) is ChangePlan.NONE
            assert {plan.change for plan in await speaker.apply([replace(config, restart_time=9)])} == {ChangePlan.NONE}
            await settled()
            assert speaker.peers()[0].octets_sent == sent
            assert await speaker.update_peer(replace(config, export_policy=EVERYTHING)) is ChangePlan.SOFT
            assert (await peer.update()).announced == ("192.0.2.0/24",)
        assert speaker.peers()[0].established_count == 1


async def test_a_soft_change_resets_nothing() -> None:
    """Routes are judged anew and the session stays, whatever soft field it is."""
    async with speaker_at() as speaker:
        config = towards_scripted(asn=64600, import_policy=EVERYTHING, export_policy=EVERYTHING)
        await speaker.add_peer(config)
        async with await scripted(speaker, asn=64600) as peer:
            await peer.send(octets.update(octets.attributes(64600), "10.1.0.0/16"))
            await holds(speaker, {"10.1.0.0/16"})
            changes: list[dict[str, Any]] = [
                {"enforce_first_as": False},
                {"honor_graceful_shutdown": False},
                {"graceful_shutdown": True},
                {"weight": 3, "allow_own_as": 1},
            ]
            for change in changes:
                assert await speaker.update_peer(replace(config, **change)) is ChangePlan.SOFT
                await settled()
            assert speaker.peers()[0].established_count == 1
            assert speaker.addresses[0][0] == OURS
