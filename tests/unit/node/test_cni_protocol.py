"""Reading a runtime's call: every fault has its code and names what is wrong."""

from collections.abc import Mapping

import pytest

from bgpkit_node.cni.protocol import Command, read_call
from bgpkit_node.errors import CniError

ENV = {
    "CNI_CONTAINERID": "c1",
    "CNI_NETNS": "/run/netns/p",
    "CNI_IFNAME": "eth0",
    "CNI_ARGS": "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web",
}
CONFIG: dict[str, object] = {"cniVersion": "1.1.0", "name": "net", "type": "bgpkit"}


def request(
    command: str = "ADD", env: Mapping[str, str] = ENV, keys: Mapping[str, object] = CONFIG, **config: object
) -> dict[str, object]:
    """Return a request; what is given replaces its counterpart in a good one."""
    return {"request": "cni", "command": command, "env": {**ENV, **env}, "config": {**CONFIG, **keys, **config}}


def test_a_good_call_is_read_whole() -> None:
    """Container, namespace, interface, arguments and configuration arrive; keys of others are let pass."""
    call = read_call(request(mtu=1400, kubernetes={"kubeconfig": "/x"}, dns={"domain": "d"}))
    assert call.command is Command.ADD
    assert (call.container_id, call.netns, call.interface) == ("c1", "/run/netns/p", "eth0")
    assert call.arguments["K8S_POD_NAME"] == "web"
    assert (call.config.name, call.config.mtu, call.config.dns) == ("net", 1400, {"domain": "d"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CNI_CONTAINERID", ""),
        ("CNI_CONTAINERID", "../etc"),
        ("CNI_CONTAINERID", "-c"),
        ("CNI_CONTAINERID", "c" * 121),
        ("CNI_IFNAME", ""),
        ("CNI_IFNAME", "eth0/1"),
        ("CNI_IFNAME", "eth 0"),
        ("CNI_IFNAME", "eth:0"),
        ("CNI_IFNAME", ".."),
        ("CNI_IFNAME", "abcdefghijklmnop"),
        ("CNI_NETNS", ""),
        ("CNI_ARGS", "K8S_POD_NAME"),
        ("CNI_ARGS", "A=1;;B"),
    ],
)
def test_a_bad_variable_is_code_4(name: str, value: str) -> None:
    """What the specification does not allow in the environment is refused with code 4."""
    with pytest.raises(CniError) as caught:
        read_call(request(env={name: value}))
    assert caught.value.code == 4
    assert name in str(caught.value)


def test_delete_needs_no_namespace() -> None:
    """A DEL without CNI_NETNS is a good call."""
    assert read_call(request("DEL", env={"CNI_NETNS": ""})).netns == ""


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("name", "", "network's name"),
        ("name", "a b", "network's name"),
        ("name", 7, "$.name"),
        ("mtu", "big", "$.mtu"),
        ("mtu", 10, "mtu"),
        ("mtu", -1, "mtu"),
        ("ipam", {"type": "host-local"}, "host-local"),
        ("prevResult", {"ips": 3}, "$.prevResult.ips"),
        ("cni.dev/valid-attachments", [{"ifname": "eth0"}], "containerID"),
    ],
)
def test_a_bad_key_is_code_7_and_named(key: str, value: object, words: str) -> None:
    """What is wrong in the configuration is refused with code 7 and named."""
    with pytest.raises(CniError) as caught:
        read_call(request(keys={key: value}))
    assert caught.value.code == 7
    assert words in str(caught.value)


@pytest.mark.parametrize("kind", ["calico-ipam", "bgpkit-ipam"])
def test_a_configuration_written_for_calico_is_taken(kind: str) -> None:
    """The ipam section of a Calico configuration means our own address management."""
    assert read_call(request(ipam={"type": kind, "assign_ipv4": "true"})).config.ipam.type == kind


@pytest.mark.parametrize(
    ("command", "version", "good"),
    [
        ("ADD", "0.3.1", True),
        ("ADD", "0.3.0", False),
        ("ADD", 1, False),
        ("CHECK", "0.3.1", False),
        ("CHECK", "0.4.0", True),
        ("STATUS", "1.0.0", False),
        ("STATUS", "1.1.0", True),
        ("GC", "1.0.0", False),
        ("GC", "1.1.0", True),
    ],
)
def test_a_command_is_taken_from_its_version_on(command: str, version: object, good: bool) -> None:
    """CHECK came with 0.4.0, STATUS and GC with 1.1.0; anything else is code 1."""
    asked = request(command, cniVersion=version)
    if good:
        assert read_call(asked).command is Command(command)
    else:
        with pytest.raises(CniError) as caught:
            read_call(asked)
        assert caught.value.code == 1


@pytest.mark.parametrize(("document", "code"), [({}, 6), ({"command": "ADD", "env": [], "config": {}}, 6)])
def test_a_request_of_another_shape_is_code_6(document: dict[str, object], code: int) -> None:
    """A request that lacks a part, or has it in another shape, is refused."""
    with pytest.raises(CniError) as caught:
        read_call(document)
    assert caught.value.code == code
