"""The reference library as the caller: every version that it speaks, plugins of others in the list, both families."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.interop.cni_machine import CniMachine, cni_machine
from tests.interop.libcni import Libcni, build_caller
from tests.support.netns import Namespaces
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("containers")]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the program that calls the library, built once."""
    for package in ("golang-go", "golang-github-appc-cni-dev"):
        require_package(package)
    return build_caller(tmp_path_factory.mktemp("libcni"))


@pytest.fixture
def machine(namespaces: Namespaces) -> Generator[CniMachine]:
    """Give a machine whose plugins are called by the library."""
    for package in ("containernetworking-plugins", "busybox-static"):
        require_package(package)
    with cni_machine(namespaces) as made:
        yield made


@pytest.fixture
def caller(machine: CniMachine, program: Path) -> Libcni:
    """Give the library on that machine."""
    return Libcni(machine, program)


def test_the_library_adds_checks_and_deletes_in_every_version(
    machine: CniMachine, caller: Libcni, namespaces: Namespaces
) -> None:
    """In 0.3.1, 0.4.0 and 1.0.0: validated, added, checked, not added twice, deleted twice; nothing is left."""
    pod = namespaces.node("pod")
    for version in ("0.3.1", "0.4.0", "1.0.0"):
        machine.configure(version)
        caller.succeed("validate", pod)
        result = caller.add(pod)
        assert result["cniVersion"] == version
        assert [given["address"] for given in result["ips"]] == ["10.244.113.128/32"]
        assert machine.namespace.ping("10.244.113.128")
        if version != "0.3.1":
            caller.succeed("check", pod)
        again = caller.call("add", pod)
        assert again.returncode == 1
        assert "the container has an interface eth0" in again.stderr
        assert machine.addresses() == ["10.244.113.128"]
        caller.succeed("del", pod)
        caller.succeed("del", pod)
        machine.assert_empty()


def test_check_through_the_library_sees_damage(machine: CniMachine, caller: Libcni, namespaces: Namespaces) -> None:
    """A pod that has lost its default route fails the library's CHECK by name."""
    pod = namespaces.node("pod")
    machine.configure("1.0.0")
    caller.add(pod)
    pod.ip("route", "del", "default")
    answer = caller.call("check", pod)
    assert answer.returncode == 1
    assert "the pod has no route default via 169.254.1.1" in answer.stderr


def test_plugins_of_others_stand_before_and_after_ours(
    machine: CniMachine, caller: Libcni, namespaces: Namespaces
) -> None:
    """With tuning, portmap and bandwidth of Debian in the list a pod of both families is added, checked, deleted."""
    pod, other = namespaces.node("pod"), namespaces.node("other")
    ipam = {"type": "calico-ipam", "assign_ipv4": "true", "assign_ipv6": "true"}
    chained = (
        {"type": "tuning", "sysctl": {"net.core.somaxconn": "500"}},
        {"type": "portmap", "snat": True, "capabilities": {"portMappings": True}},
        {"type": "bandwidth", "ingressRate": 80_000_000, "ingressBurst": 80_000_000},
    )
    machine.configure("1.0.0", *chained, ipam=ipam)
    result = caller.add(pod)
    assert [given["address"] for given in result["ips"]] == ["10.244.113.128/32", "fd00:10:244::80/128"]
    caller.add(other)
    caller.succeed("check", pod)
    assert pod.run(["cat", "/proc/sys/net/core/somaxconn"]).stdout.strip() == "500"
    assert other.ping("10.244.113.128")
    assert other.ping("fd00:10:244::80")
    caller.succeed("del", pod)
    caller.succeed("del", other)
    machine.assert_empty()
