"""Services and slices find each other in whatever order they come and go."""

import msgspec
import pytest

from bgpkit_node.resources import SERVICE_NAME, Metadata, Namespace, Resource, ResourceChange
from bgpkit_node.services import ServiceIndex, ServiceKey
from tests.support.services import SHOP, service, slice_of

WEB, OTHER = ServiceKey(SHOP, "web"), ServiceKey(SHOP, "other")
SERVICE, FOUR, SIX = service("web"), slice_of("web", ("10.0.0.1", "a")), slice_of("web", ("fd00::1", "a"))


def _index(*resources: Resource) -> ServiceIndex:
    made = ServiceIndex()
    for resource in resources:
        made.take(ResourceChange(None, resource))
    return made


@pytest.mark.parametrize("order", [(SERVICE, FOUR, SIX), (SIX, FOUR, SERVICE)])
def test_all_slices_of_a_service_are_found(order: tuple[Resource, ...]) -> None:
    """Of either IP version; the service is there with the first thing that tells of it."""
    made = _index(*order)
    assert made.service(WEB) == SERVICE
    assert sorted(each.name for each in made.slices(WEB)) == ["web-4", "web-6"]
    assert list(made) == [WEB]
    assert made.slices(OTHER) == ()
    assert OTHER not in made


def test_what_goes_is_forgotten() -> None:
    """A service is there as long as anything tells of it; asking for others leaves no trace."""
    made = _index(SERVICE, FOUR)
    assert made.take(ResourceChange(SERVICE, None)) == {WEB}
    assert (made.service(WEB), WEB in made) == (None, True)
    assert made.take(ResourceChange(FOUR, None)) == {WEB}
    assert WEB not in made
    assert made.take(ResourceChange(FOUR, None)) == frozenset()


def test_a_slice_may_go_over_to_another_service() -> None:
    """By its label; both services have changed then. Without the label it belongs to none."""
    made = _index(FOUR)
    labels = {SERVICE_NAME: "other"}
    moved = msgspec.structs.replace(FOUR, metadata=msgspec.structs.replace(FOUR.metadata, labels=labels))
    assert made.take(ResourceChange(FOUR, moved)) == {WEB, OTHER}
    assert (made.slices(WEB), made.slices(OTHER)) == ((), (moved,))
    bare = msgspec.structs.replace(FOUR, metadata=msgspec.structs.replace(FOUR.metadata, labels={}))
    assert made.take(ResourceChange(moved, bare)) == {OTHER}
    assert OTHER not in made


def test_other_kinds_are_passed_over() -> None:
    """They are about no service."""
    assert _index().take(ResourceChange(None, Namespace(metadata=Metadata(name=SHOP)))) == frozenset()
