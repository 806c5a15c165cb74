"""The single addresses of services that a node announces, as services, pods and configuration change."""

from bgpkit_node.agent.service_addresses import ServiceAddresses
from bgpkit_node.resources import Resource, ResourceBatch, ResourceChange
from bgpkit_node.services import NO_BLOCKS
from tests.support.services import blocks, service, slice_of

RANGES = blocks("10.96.0.0/12", "192.0.2.0/24")
SINGLE = blocks(external="192.0.2.80/32")
LOCAL = {"type": "NodePort", "clusterIP": "10.96.0.10", "externalTrafficPolicy": "Local"}
SHARED = {**LOCAL, "clusterIP": "", "externalIPs": ["192.0.2.80"]}
HERE, THERE = ("10.244.0.1", "a"), ("10.244.0.2", "b")


class Followed:
    """Addresses of node a, to which a watch tells changes."""

    def __init__(self) -> None:
        """Begin with ranges and no service."""
        self.addresses = ServiceAddresses("a")
        self.addresses.configure(RANGES)

    def put(self, *resources: Resource, anew: bool = False) -> list[str]:
        """Tell that there are resources; return the addresses then."""
        return self._tell([ResourceChange(None, each) for each in resources], anew=anew)

    def drop(self, *resources: Resource) -> list[str]:
        """Tell that resources are gone; return the addresses then."""
        return self._tell([ResourceChange(each, None) for each in resources], anew=False)

    @property
    def present(self) -> list[str]:
        """The addresses, in order."""
        return sorted(map(str, self.addresses.present))

    def _tell(self, changes: list[ResourceChange], *, anew: bool) -> list[str]:
        self.addresses.take(ResourceBatch(1, tuple(changes)), anew=anew)
        return self.present


def test_an_address_follows_the_pods() -> None:
    """It is there while one of the node is ready, whatever comes first."""
    followed = Followed()
    assert followed.put(slice_of("web", HERE)) == []
    assert followed.put(service("web", LOCAL)) == ["10.96.0.10/32"]
    assert followed.put(slice_of("web", THERE)) == []
    assert followed.put(slice_of("web", THERE, HERE)) == ["10.96.0.10/32"]
    assert followed.put(slice_of("web", THERE, HERE, ready=False)) == []
    assert followed.put(slice_of("web", HERE)) == ["10.96.0.10/32"]
    assert followed.drop(slice_of("web", HERE)) == []
    followed.put(slice_of("web", HERE))
    assert followed.put(service("web", {**LOCAL, "clusterIP": "10.96.0.11"})) == ["10.96.0.11/32"]
    assert followed.drop(service("web", LOCAL)) == []


def test_two_services_may_share_an_address() -> None:
    """It goes with the last of them."""
    followed = Followed()
    pods = slice_of("web", HERE), slice_of("api", HERE)
    assert followed.put(service("web", SHARED), service("api", SHARED), *pods) == ["192.0.2.80/32"]
    assert followed.drop(service("web", SHARED)) == ["192.0.2.80/32"]
    assert followed.put(service("web", SHARED)) == ["192.0.2.80/32"]
    assert followed.drop(service("web", SHARED), service("api", SHARED)) == []


def test_another_configuration_counts_for_services_that_are_there() -> None:
    """And none at all ends everything."""
    followed = Followed()
    spec = {"clusterIP": "10.96.0.10", "externalIPs": ["192.0.2.80"]}
    assert followed.put(service("web", spec), service("api", LOCAL), slice_of("api", HERE)) == ["10.96.0.10/32"]
    followed.addresses.configure(SINGLE)
    assert followed.present == ["192.0.2.80/32"]
    followed.addresses.configure(NO_BLOCKS)
    assert followed.present == []
    followed.addresses.configure(RANGES)
    assert followed.present == ["10.96.0.10/32"]


def test_a_watch_that_begins_anew_tells_all_that_is_there() -> None:
    """What it does not tell is gone; what is as it was stays."""
    followed = Followed()
    web, api = service("web", LOCAL), service("api", SHARED)
    followed.put(web, api, slice_of("web", HERE), slice_of("api", HERE))
    assert followed.put(web, slice_of("web", HERE), slice_of("api", HERE), anew=True) == ["10.96.0.10/32"]
    assert followed.put(web, api, anew=True) == []
    assert followed.put(slice_of("api", HERE)) == ["192.0.2.80/32"]
