"""``[[redistribute]]`` in a configuration file, with BIRD as the peer."""

from pathlib import Path

import pytest

from bgpkit.configuration import ConfiguredSpeaker, load
from tests.integration.redistribution_lab import (
    BIRD,
    BIRD4,
    BIRD6,
    CONNECTED,
    OURS4,
    Nodes,
    RedistributionRig,
    StartBird,
    two_nodes,
)
from tests.support.netns import Namespaces

pytestmark = pytest.mark.netns


@pytest.fixture
def nodes(namespaces: Namespaces) -> Nodes:
    """Make our node and that of BIRD."""
    return two_nodes(namespaces)


async def test_a_file_asks_for_it_and_a_reload_changes_it_without_touching_sessions(
    nodes: Nodes, start_bird: StartBird, tmp_path: Path
) -> None:
    """The whole way: ``[[redistribute]]``, another one, and none."""
    ours, theirs = nodes
    bird = start_bird(theirs, BIRD)
    head = f'[speaker]\nasn = 64512\nbgp_identifier = "{OURS4}"\nlisten = ["0.0.0.0", "::"]\n'
    for address, family in ((BIRD4, "ipv4-unicast"), (BIRD6, "ipv6-unicast")):
        head += f'[[peers]]\naddress = "{address}"\nasn = 64512\npassive = true\nfamilies = "{family}"\n'
    file = tmp_path / "speaker.toml"

    def written(text: str) -> Path:
        """Write the file."""
        file.write_text(head + text, encoding="utf-8")
        return file

    connected = '[[redistribute]]\nprotocols = "connected"\ninterfaces = "lan*"\ncommunities = "64512:9"\n'
    static = f'[[redistribute]]\nprotocols = ["static"]\nnetns = "{ours.name}"\n'
    with ours.entered():
        daemon = ConfiguredSpeaker(load(written(connected)))
        await daemon.__aenter__()
    try:
        rig = RedistributionRig(ours, bird, daemon.speaker)
        rig.ip("route add 10.77.0.0/16 via 10.0.0.2 proto static")
        await rig.bird_has(*CONNECTED, patience=15)
        assert "BGP.community: (64512,9)" in await rig.details("10.0.0.0/24")
        plan = await daemon.apply(load(written(connected + static)))
        assert str(plan) == f"redistribute static of netns {ours.name}: begin"
        await rig.bird_has(*CONNECTED, "10.77.0.0/16")
        plan = await daemon.apply(load(written(static)))
        assert str(plan) == "redistribute connected: end"
        await rig.bird_has("10.77.0.0/16")
        await daemon.apply(load(written("")))
        await rig.bird_has()
        assert [peer.established_count for peer in daemon.speaker.peers()] == [1, 1]
    finally:
        await daemon.stop()
