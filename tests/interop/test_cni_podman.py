"""podman's containers on our network, by its CNI backend."""

from collections.abc import Generator

import pytest

from tests.interop.cni_machine import CniMachine, cni_machine
from tests.interop.podman import Podman
from tests.support.netns import Namespaces
from tests.support.skips import require_kernel, require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("containers")]


@pytest.fixture
def machine(namespaces: Namespaces) -> Generator[CniMachine]:
    """Give a machine on which podman can run."""
    for package in ("podman", "containerd", "containernetworking-plugins", "busybox-static"):
        require_package(package)
    require_kernel("containers")
    with cni_machine(namespaces) as made:
        yield made


@pytest.fixture
def podman(machine: CniMachine) -> Generator[Podman]:
    """Give podman on that machine."""
    machine.configure("1.0.0")
    made = Podman(machine)
    yield made
    made.remove_all()


def test_podman_runs_containers_that_reach_each_other(machine: CniMachine, podman: Podman) -> None:
    """Two containers, one with an address of podman's choice (--ip, --mac-address), ping each other; none is left."""
    podman.run("one")
    podman.run("two", "--ip", "10.244.113.200", "--mac-address", "02:00:00:00:00:22")
    assert machine.addresses() == machine.pod_routes() == ["10.244.113.128", "10.244.113.200"]
    assert "1 packets received" in podman.inside("one", "ping", "-c", "1", "-W", "2", "10.244.113.200")
    assert "1 packets received" in podman.inside("two", "ping", "-c", "1", "-W", "2", "10.244.113.128")
    assert podman.inside("one", "ip", "route").split("\n")[:2] == [
        "default via 169.254.1.1 dev eth0 ",
        "169.254.1.1 dev eth0 scope link ",
    ]
    assert "02:00:00:00:00:22" in podman.inside("two", "ip", "link", "show", "eth0")
    podman.remove("one", "two")
    machine.assert_empty()
