"""What is told of a pod: one key for each pod of each node, and the same octets for the same facts."""

import pytest

from bgpkit_node.cni.pod_facts import COPYING, PodFacts, pod_key, pod_of, pods_on, read_facts
from bgpkit_node.resources import WorkloadEndpointPort


def test_facts_are_read_as_they_were_written() -> None:
    """Whatever the order of the labels; what is none is refused."""
    ports = (WorkloadEndpointPort(name="http", protocol="TCP", port=80),)
    facts = PodFacts(uid="u", labels={"b": "1", "a": "2"}, account="builder", ports=ports)
    assert read_facts(facts.encoded()) == facts
    assert PodFacts(uid="u", labels={"a": "2", "b": "1"}, account="builder", ports=ports).encoded() == facts.encoded()
    with pytest.raises(ValueError, match="uid"):
        read_facts(b'{"uid": 7}')


def test_a_key_is_of_one_pod_of_one_node() -> None:
    """A node whose name begins with another's has none of the other's pods; the mark is of no pod."""
    key = pod_key("node1", "shop/web")
    assert pod_of(key) == "shop/web"
    assert key.startswith(pods_on("node1"))
    assert not pod_key("node11", "shop/web").startswith(pods_on("node1"))
    assert pod_of(COPYING) == ""
