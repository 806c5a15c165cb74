"""What a change would write, worked out without a store."""

import pytest

from bgpkit_node.datastore import KeyValue, Put, Unchanged
from bgpkit_node.errors import AlreadyExistsError, ConflictError, InvalidResourcesError, NotFoundError
from bgpkit_node.resources.documents import Document
from bgpkit_node.resources.draft import (
    Present,
    WriteMode,
    at_revision,
    check_each,
    check_together,
    operations,
    prepare,
)
from bgpkit_node.resources.ip_pool import IP_POOL, IPPool, IPPoolSpec
from bgpkit_node.resources.metadata import Metadata
from bgpkit_node.resources.workload_endpoint import WORKLOAD_ENDPOINT, WorkloadEndpoint, WorkloadEndpointSpec


def _pool(name: str, cidr: str, *, uid: str = "", time: str | None = None, revision: str = "") -> IPPool:
    metadata = Metadata(name=name, uid=uid, creation_timestamp=time, resource_version=revision)
    return IPPool(metadata=metadata, spec=IPPoolSpec(cidr=cidr))


def _stored(**revisions: int) -> dict[str, KeyValue]:
    return {name: KeyValue(IP_POOL.key(name), b"{", revision) for name, revision in revisions.items()}


_OLD = _pool("a", "10.0.0.0/16", uid="u", time="2026-01-02T03:04:05Z", revision="4")
_PRESENT = Present(IP_POOL, 9, {"a": _OLD}, _stored(a=4, broken=5))


def test_a_new_resource_gets_uid_and_time() -> None:
    """Whatever its file says."""
    first = prepare(Document(_pool("b", "10.1.0.0/16", uid="mine")), _PRESENT, WriteMode.APPLY)
    second = prepare(Document(_pool("c", "10.2.0.0/16")), _PRESENT, WriteMode.APPLY)
    assert first.resource.metadata.uid not in {"mine", "", second.resource.metadata.uid}
    assert (first.resource.metadata.creation_timestamp or "").endswith("Z")
    assert (first.expected, first.changed) == (0, True)


def test_a_present_resource_keeps_uid_and_time() -> None:
    """And the revision it replaces is that of the store, whatever its file says."""
    new = _pool("a", "10.0.0.0/16", uid="other", revision="2")
    write = prepare(Document(new), _PRESENT, WriteMode.APPLY)
    assert write.resource == _OLD
    assert (write.expected, write.changed) == (4, False)


def test_what_cannot_be_read_can_be_replaced() -> None:
    """A damaged value does not stand in the way of a good one."""
    write = prepare(Document(_pool("broken", "10.1.0.0/16")), _PRESENT, WriteMode.APPLY)
    assert (write.expected, write.changed) == (5, True)


@pytest.mark.parametrize(
    ("resource", "mode", "error"),
    [
        (_pool("a", "10.0.0.0/16"), WriteMode.CREATE, AlreadyExistsError),
        (_pool("b", "10.1.0.0/16"), WriteMode.REPLACE, NotFoundError),
        (_pool("a", "10.0.0.0/16", revision="3"), WriteMode.REPLACE, ConflictError),
    ],
)
def test_the_mode_is_kept_to(resource: IPPool, mode: WriteMode, error: type[Exception]) -> None:
    """Create wants nothing there, replace wants something, of the revision that it names."""
    with pytest.raises(error, match="IPPool"):
        prepare(Document(resource), _PRESENT, mode)


def test_only_what_changes_is_written_and_its_kind_guarded() -> None:
    """Whoever changes another resource of the kind meanwhile makes the transaction fail."""
    same = prepare(Document(_pool("a", "10.0.0.0/16")), _PRESENT, WriteMode.APPLY)
    new = prepare(Document(_pool("b", "10.1.0.0/16")), _PRESENT, WriteMode.APPLY)
    present = {"IPPool": _PRESENT}
    assert list(operations([same], present)) == []
    guard, put = operations([same, new], present)
    assert guard == Unchanged(IP_POOL.prefix, 9)
    assert isinstance(put, Put)
    assert (put.key, put.expected) == (IP_POOL.key("b"), 0)


def test_faults_of_the_whole_are_said_once_and_only_of_what_is_written() -> None:
    """Two pools that overlap already do not keep a third one out."""
    bad = Present(IP_POOL, 9, {"a": _OLD, "x": _pool("x", "10.0.1.0/24")}, _stored(a=4, x=6))
    fine = prepare(Document(_pool("b", "10.1.0.0/16")), bad, WriteMode.APPLY)
    check_together([fine], {"IPPool": bad})
    overlapping = prepare(Document(_pool("c", "10.0.2.0/24"), "f.yaml", 1, 1), bad, WriteMode.APPLY)
    with pytest.raises(InvalidResourcesError) as caught:
        check_together([fine, overlapping], {"IPPool": bad})
    assert str(caught.value) == (
        "f.yaml: document 1, line 1: IPPool spec.cidr: IPPool(c) CIDR overlaps with IPPool(a) CIDR 10.0.0.0/16"
    )


def test_each_resource_is_checked_and_given_once() -> None:
    """Resources made by a program are held to the same rules as files."""
    with pytest.raises(InvalidResourcesError) as caught:
        check_each(
            [Document(_pool("a", "x")), Document(_pool("b", "10.1.0.0/16")), Document(_pool("b", "10.1.0.0/16"))]
        )
    assert [str(error).partition(":")[0] for error in caught.value.errors] == [
        "IPPool(a) spec.cidr",
        "IPPool(b) metadata.name",
    ]


def test_a_written_resource_has_its_revision() -> None:
    """Nothing else of it changes."""
    written = at_revision(_OLD, 12)
    assert written.revision == 12
    assert at_revision(written, 4) == _OLD


def test_only_rules_across_resources_guard_a_whole_kind() -> None:
    """A pool must not meet another; endpoints of pods are nobody's business but their own."""
    spec = WorkloadEndpointSpec(orchestrator="k8s", node="a", pod="p", endpoint="e")
    pod = WorkloadEndpoint(metadata=Metadata(name="a-k8s-p-e", namespace="n"), spec=spec)
    there = {"n/a-k8s-p-e": KeyValue(WORKLOAD_ENDPOINT.key("a-k8s-p-e", "n"), b"{", 3)}
    present = {"IPPool": _PRESENT, "WorkloadEndpoint": Present(WORKLOAD_ENDPOINT, 9, {}, there)}
    writes = [
        prepare(Document(_pool("b", "10.1.0.0/16")), present["IPPool"], WriteMode.APPLY),
        prepare(Document(pod), present["WorkloadEndpoint"], WriteMode.APPLY),
    ]
    done = list(operations(writes, present))
    assert [each for each in done if isinstance(each, Unchanged)] == [Unchanged(IP_POOL.prefix, 9)]
    assert [(each.key, each.expected) for each in done if isinstance(each, Put)] == [
        (IP_POOL.key("b"), 0),
        (WORKLOAD_ENDPOINT.key("a-k8s-p-e", "n"), 3),
    ]
