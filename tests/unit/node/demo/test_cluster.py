"""A cluster that makes way for another one; all else of it is proved by the demonstration itself."""

from pathlib import Path

import pytest

from bgpkit_node.demo import cluster as module
from bgpkit_node.demo.cluster import Cluster


async def test_cables_and_bridges_go_before_the_namespaces(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The kernel takes those of a namespace away only later, and their names would be in the way of the next ones."""
    done: list[str] = []
    links = {"veth": '[{},{"ifname":"port0"},{"ifname":"p-pc"}]', "bridge": '[{"ifname":"hosts"}]'}

    async def run(*words: str) -> str:
        """Note a command; it is one that asks, or one that deletes a namespace."""
        if words[1] == "-j":
            return links[words[-1]]
        done.append(" ".join(words))
        return ""

    async def ip_batch(commands: list[str]) -> None:
        """Note commands."""
        done.extend(commands)

    monkeypatch.setattr(module, "ROOT", tmp_path / "root")
    monkeypatch.setattr(module, "run", run)
    monkeypatch.setattr(module, "ip_batch", ip_batch)
    module.ROOT.mkdir()
    cluster = Cluster(others=["pc"])
    await cluster.clear()
    assert done[:3] == ["link del port0", "link del p-pc", "link del hosts"]
    assert done[3:] == [f"ip netns del {place}" for place in cluster.places]
    assert not module.ROOT.exists()
