"""The same rival paths, told to another's daemon and to a speaker of ours: both choose the same.

Where they do not, BEST_PATH.md says who wins and why.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import pytest

from bgpkit import Origin, PathAttributes, PeerConfig, Speaker
from bgpkit.policy import REJECT_ALL
from bgpkit.speaker import Resolution
from bgpkit_rib import DecisionOptions, DecisionStep, explain
from tests.interop.best_path_daemons import JUDGES, OWN, OWN_PREFIXES, Judge
from tests.interop.best_path_rivals import ASN, LADDER, METRICS, NAMES, RIVALS, Contest, drawn
from tests.support import octets
from tests.support.netns import Namespace, Namespaces
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import EVERYTHING

pytestmark = pytest.mark.netns

THEIRS, OURS = "10.9.0.1", "10.9.0.2"
PATIENCE: Final = 20.0
TABLE: Final = Path(__file__).parent / "BEST_PATH.md"
ANY: Final = "any"


def column(name: str) -> dict[str, str]:
    """Return a column of the table by the name of the contest."""
    rows = [line.strip("| \n").split("|") for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
    header, _, *body = [[cell.strip() for cell in row] for row in rows]
    return {row[0]: row[header.index(name)] for row in body}


class Ways:
    """The interior routes, as an IGP would know them."""

    def resolve(self, address: bytes) -> Resolution:
        """Return how far a next hop is."""
        return Resolution(reachable=True, metric=METRICS.get(str(IPv4Address(address)), 0))


@asynccontextmanager
async def speaking(node: Namespace, decision: DecisionOptions, *, weighs: bool) -> AsyncGenerator[Speaker]:
    """Run a speaker that knows all rivals and originates what is its own."""
    with node.entered():
        speaker = Speaker(asn=ASN, bgp_identifier=OURS, listen=[(OURS, 179)], decision=decision, next_hops=Ways())
        await speaker.__aenter__()
    try:
        for rival in RIVALS.values():
            config = PeerConfig(
                address=rival.address,
                asn=rival.asn,
                passive=True,
                import_policy=EVERYTHING,
                export_policy=REJECT_ALL,
                accept_as_sets=True,
            )
            await speaker.add_peer(replace(config, weight=rival.weight if weighs else 0))
        await speaker.announce(*OWN_PREFIXES, attributes=PathAttributes(origin=Origin.INCOMPLETE))
        yield speaker
    finally:
        await speaker.stop()


def best_of(speaker: Speaker) -> dict[str, str]:
    """Return the winner for each prefix in a speaker of ours."""
    return {str(route.prefix): NAMES.get(route.peer, OWN) for route in speaker.routes() if route.best}


async def dial(node: Namespace, name: str, address: str) -> ScriptedPeer:
    """Bring up the session of a rival with the speaker at ``address``, which may not be ready at once."""
    rival = RIVALS[name]
    async with asyncio.timeout(PATIENCE):
        while True:
            with node.entered():
                peer = await ScriptedPeer.dial(address, 179, local=rival.address)
            try:
                return await peer.handshake(rival.asn, rival.identifier, octets.IPV4_CAPABILITY)
            except (asyncio.IncompleteReadError, ConnectionError, AssertionError):
                await peer.close()
                await asyncio.sleep(0.1)


async def tell(sessions: Mapping[str, ScriptedPeer], contests: tuple[Contest, ...]) -> None:
    """Let the rivals make their offers in the order of the contests."""
    for contest in contests:
        for offer in contest.offers:
            await sessions[offer.rival].send(offer.update(contest.prefix))


def by_name(chosen: Mapping[str, str], contests: tuple[Contest, ...]) -> dict[str, str]:
    """Return the winners by the name of the contest instead of the prefix."""
    return {contest.name: chosen.get(contest.prefix, "nobody") for contest in contests}


async def chosen_by(judge: Judge, contests: tuple[Contest, ...], expected: Mapping[str, str]) -> dict[str, str]:
    """Return what a daemon chose once it is what was expected, or else after a while; `ANY` is whatever it is."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while True:
        chosen = by_name(await asyncio.to_thread(judge), contests)
        chosen |= {name: ANY for name in chosen if expected[name] == ANY}
        if chosen == expected or loop.time() > deadline:
            return chosen
        await asyncio.sleep(0.1)


async def told(stack: AsyncExitStack, rivals: Namespace, address: str, contests: tuple[Contest, ...]) -> None:
    """Bring up the sessions of all rivals with the speaker at ``address``, for as long as ``stack``; tell it all."""
    sessions = {name: await dial(rivals, name, address) for name in RIVALS}
    for session in sessions.values():
        stack.push_async_callback(session.close)
    await tell(sessions, contests)


async def ours_chose(speaker: Speaker, contests: tuple[Contest, ...]) -> dict[str, str]:
    """Return what our speaker chose once it has heard everything."""
    offers = sum(len(contest.offers) for contest in contests)

    def heard() -> int:
        return sum(1 for rival in RIVALS.values() for _ in speaker.routes(peer=rival.address))

    await eventually(lambda: heard() == offers, "all offers", PATIENCE)
    return by_name(best_of(speaker), contests)


def segment(namespaces: Namespaces) -> tuple[Namespace, Namespace, Namespace]:
    """Return the nodes of the other's speaker, of ours and of the rivals."""
    switch, theirs, ours, rivals = namespaces.segment(), *map(namespaces.node, ("theirs", "ours", "rivals"))
    switch.attach(theirs, f"{THEIRS}/24")
    switch.attach(ours, f"{OURS}/24")
    switch.attach(rivals, *(f"{rival.address}/24" for rival in RIVALS.values()))
    return theirs, ours, rivals


def steps_of(speaker: Speaker, contest: Contest) -> str:
    """Return the steps at which the losers of a contest left it."""
    steps = {step for _, step in explain([route.path for route in speaker.paths(contest.prefix)])}
    return ", ".join(step.name for step in DecisionStep if step in steps and step is not DecisionStep.BEST)


def test_each_step_has_the_winner_that_the_table_names(namespaces: Namespaces) -> None:
    """With all that can count counting, our speaker decides each contest by the step that is named."""
    _, ours, rivals = segment(namespaces)

    async def contest() -> tuple[dict[str, str], dict[str, str]]:
        async with AsyncExitStack() as stack:
            speaker = await stack.enter_async_context(speaking(ours, DecisionOptions(aigp=True), weighs=True))
            await told(stack, rivals, OURS, LADDER)
            return await ours_chose(speaker, LADDER), {each.name: steps_of(speaker, each) for each in LADDER}

    chosen, steps = asyncio.run(contest())
    assert chosen == column("bgpkit")
    assert steps == column("step")
    decisive = set(", ".join(steps.values()).split(", "))
    # What is least preferred comes of a restart: tests/conformance/rfc9494 has it.
    assert {step.name for step in DecisionStep} - decisive == {"BEST", "NOT_ELIGIBLE", "PATH_ID", "LEAST_PREFERRED"}


@pytest.mark.parametrize("strict", [False, True], ids=["as the RFC has it", "MEDs always compare"])
@pytest.mark.parametrize("name", JUDGES)
def test_we_choose_as_others_do(name: str, strict: bool, namespaces: Namespaces, tmp_path: Path) -> None:
    """Contests for each step and two hundred drawn ones have one winner here and there, or the table tells why not."""
    judging = JUDGES[name]
    theirs, ours, rivals = segment(namespaces)
    meds, reflected = strict or judging.groups_meds, "originator" not in judging.unlike
    contests = (*LADDER, *drawn(200, seed=4271, meds=meds, reflected=reflected))
    daemon, judge = judging.start(theirs, tmp_path, THEIRS, strict)

    async def contest() -> tuple[dict[str, str], dict[str, str]]:
        async with AsyncExitStack() as stack:
            options = judging.options(strict=strict)
            speaker = await stack.enter_async_context(speaking(ours, options, weighs=judging.weighs))
            for address in (OURS, THEIRS):
                await told(stack, rivals, address, contests)
            expected = await ours_chose(speaker, contests)
            if strict:
                expected |= dict.fromkeys(judging.unlike, ANY)
            else:
                listed = column(name)
                assert {each for each in listed if listed[each] != expected[each]} == judging.unlike
                expected |= listed
            return expected, await chosen_by(judge, contests, expected)

    try:
        expected, chosen = asyncio.run(contest())
    finally:
        daemon.stop()
    assert chosen == expected
