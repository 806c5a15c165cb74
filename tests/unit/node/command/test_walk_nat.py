"""explain --to tells who changes a pod's address on the way, as natOutgoing does."""

import json
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from bgpkit_node.diagnosis import Hop
from tests.support.answering_agents import asked_with_agents
from tests.support.commands import asked, document, documents
from tests.support.ipam_store import prepared

OUTSIDE = "192.0.2.1"
DISABLED = document("IPPool", "office", "{cidr: 192.0.2.0/24, disabled: true}")
SETTINGS = "FelixConfiguration", "default"


@pytest.mark.parametrize(
    ("resources", "gateway", "changed"),
    [
        ("", "10.4.7.1", ("10.4.7.11", "10.4.7.11")),
        ("", "10.9.9.9", ("", "the address of eth0")),
        (document(*SETTINGS, "{natOutgoingAddress: 10.4.7.50}"), "10.4.7.1", ("10.4.7.50", "10.4.7.50")),
        (document(*SETTINGS, "{iptablesNATOutgoingInterfaceFilter: eth1}"), "10.4.7.1", None),
        (DISABLED, "10.4.7.1", None),
    ],
    ids=["masquerade", "another network", "an address", "another interface", "an exclusion"],
)
async def test_a_pod_goes_out_under_the_address_of_its_node(
    tmp_path: Path, resources: str, gateway: str, changed: tuple[str, str] | None
) -> None:
    """Where its pool asks for it, and nothing that is excluded or set otherwise stands against it."""
    datastore = prepared(tmp_path / "d")
    given = documents(document("IPPool", "p", "{cidr: 10.244.0.0/24, blockSize: 26, natOutgoing: true}"), resources)
    assert asked("apply", "-f", "-", given=given, datastore=datastore).status == 0

    def hop(_: Mapping[str, object]) -> dict[str, object]:
        """Answer as an agent does."""
        told = Hop(node="a", arrives_by="cali1", own=False, route="r1", device="eth0", gateway=gateway)
        return msgspec.structs.asdict(told)

    words = ("explain", "nginx", "--to", OUTSIDE)
    text = (await asked_with_agents(datastore, {"a": {"hop": hop}}, *words)).out.splitlines()[0]
    told = json.loads((await asked_with_agents(datastore, {"a": {"hop": hop}}, *words, "--json")).out)
    if changed is None:
        assert (told["translation"], text.endswith(" stay in it on the whole way")) == (None, True)
        return
    address, words_for_it = changed
    assert told["translation"] == {"node": "a", "interface": "eth0", "address": address}
    assert text.endswith(
        f"; it is not encapsulated, and a puts {words_for_it} in the place of {told['from']} as it leaves by eth0 "
        "(natOutgoing)"
    )
