"""The names that follow from a container and its pod."""

import pytest

from bgpkit_node.cni import Attachment


@pytest.mark.parametrize(
    ("namespace", "pod", "name"),
    [
        ("default", "nginx-86c57db685-cv627", "cali3297dd6e431"),  # read from a Calico 3.9 node
        ("", "", "cali0123456789a"),
        ("default", "", "cali0123456789a"),
    ],
)
def test_the_hosts_side_is_named_as_calico_names_it(namespace: str, pod: str, name: str) -> None:
    """A pod's interface is named after the pod, one outside Kubernetes after its container."""
    attachment = Attachment(
        network="net", container_id="0123456789abcdef", interface="eth0", namespace=namespace, pod=pod
    )
    assert attachment.host_interface == name
    assert len(attachment.host_interface) <= 15


def test_the_handle_is_network_and_container() -> None:
    """The handle is the one Calico uses, without the interface."""
    assert Attachment(network="k8s-pod-network", container_id="c1", interface="eth0").handle == "k8s-pod-network.c1"


def test_the_alias_leads_back_to_the_attachment() -> None:
    """What stands in the kernel names network, container and interface, also when the first two hold dots."""
    made = Attachment(network="a.b", container_id="c.d", interface="eth0", namespace="default", pod="web")
    found = Attachment.from_alias(made.alias, made.host_interface)
    assert found is not None
    assert (found.network, found.container_id, found.interface) == ("a.b", "c.d", "eth0")
    assert (found.handle, found.host_interface) == (made.handle, made.host_interface)


@pytest.mark.parametrize("alias", ["", "uplink", "to the router in Berlin"])
def test_an_alias_of_others_is_no_attachment(alias: str) -> None:
    """An interface with no alias of three words is nobody's attachment."""
    assert Attachment.from_alias(alias, "cali1") is None
