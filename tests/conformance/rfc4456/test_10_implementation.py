"""RFC 4456, section 10, Implementation Considerations: nothing else is modified on reflection."""

from typing import Any

import pytest

from bgpkit.adj_rib_out import NextHopSelf
from tests.conformance.rfc4456.reflector import reflector, route
from tests.support import octets

ONE = "10.1.0.0/16"
CHANGED = {9, 10}
KEPT: dict[str, Any] = {"med": 7, "local_pref": 222, "next_hop": "192.0.2.77"}


@pytest.mark.rfc("4456", "10")
async def test_next_hop_as_path_local_pref_and_med_are_not_modified() -> None:
    """A reflector SHOULD NOT modify NEXT_HOP, AS_PATH, LOCAL_PREF and MED; nor does it modify anything else."""
    async with reflector() as lab:
        sender, receiver, outsider = await lab.client(2), await lab.client(3), await lab.peer(4)
        block = octets.attributes(65001, 65002, **KEPT) + octets.attribute(0xC0, 8, bytes.fromhex("fde80001"))
        block += octets.attribute(0xE0, 99, b"not known")
        await sender.send(octets.update(block, ONE))
        for each in (receiver, outsider):
            heard = await each.update()
            assert {code: value for code, value in heard.values.items() if code not in CHANGED} == (
                octets.read_attributes(block)
            )


@pytest.mark.rfc("4456", "10")
async def test_the_next_hop_becomes_ours_only_when_that_is_asked_for() -> None:
    """In reflected routes with next_hop_self "all"; with "external" those of external peers only."""
    async with reflector() as lab:
        sender, external = await lab.client(2), await lab.external(5, 65001)
        plain, partly = await lab.client(3), await lab.client(4, next_hop_self=NextHopSelf.EXTERNAL)
        wholly = await lab.client(6, next_hop_self=NextHopSelf.ALL)
        await sender.send(route(ONE, **KEPT))
        heard = [await each.update() for each in (plain, partly, wholly)]
        assert [each.next_hop for each in heard] == ["192.0.2.77", "192.0.2.77", "127.0.0.1"]
        assert {(each.originator_id, each.cluster_list, each.med, each.local_pref) for each in heard} == {
            ("10.0.0.2", ("10.0.0.1",), 7, 222)
        }
        await external.send(octets.update(octets.attributes(65001, next_hop="127.0.0.5"), "10.2.0.0/16"))
        heard = [await each.update() for each in (plain, partly, wholly)]
        assert [each.next_hop for each in heard] == ["127.0.0.5", "127.0.0.1", "127.0.0.1"]
