"""What peers share: work in slices."""

import asyncio
from collections.abc import Iterator
from ipaddress import IPv4Address

from bgpkit.speaker.next_hops import NextHops
from bgpkit.speaker.outputs import Outputs
from bgpkit.speaker.selection_deferral import SelectionDeferral
from bgpkit.speaker.shared import Shared
from bgpkit_rib import DecisionOptions
from tests.support.scripted_peer import eventually


async def test_steps_run_to_the_end_and_others_have_their_turn_between() -> None:
    """The first step runs at once, each further one in a turn of the loop of its own."""
    loop = asyncio.get_running_loop()
    shared = Shared(
        asn=1,
        bgp_identifier=IPv4Address("10.0.0.1"),
        cluster_id=IPv4Address("10.0.0.1"),
        tables={},
        outputs=Outputs({}, loop),
        deferral=SelectionDeferral(restarting=False, deadline=1, ended=lambda: None),
        restarted=False,
        next_hops=NextHops(),
        decision=DecisionOptions(),
        confederation=None,
        client_to_client=True,
    )
    done: list[str] = []

    def steps() -> Iterator[None]:
        for number in range(3):
            done.append(f"step {number}")
            loop.call_soon(done.append, f"turn {number}")
            yield
        done.append("end")

    shared.run(steps())
    assert done == ["step 0"]
    await eventually(lambda: "end" in done, "the end")
    assert done == ["step 0", "turn 0", "step 1", "turn 1", "step 2", "turn 2", "end"]
