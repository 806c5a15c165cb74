"""Operations as one transaction of etcd's: what is compared, done, and read when it fails."""

import pytest

from bgpkit_node.datastore.etcd.messages import (
    Compare,
    CompareResult,
    CompareTarget,
    DeleteRangeRequest,
    KeyValue,
    PutRequest,
    RangeRequest,
    RangeResponse,
    RequestOp,
    ResponseOp,
)
from bgpkit_node.datastore.etcd.transactions import Marker, marked_at, raise_first_unmet, request
from bgpkit_node.datastore.port import Delete, Operation, Put, Unchanged
from bgpkit_node.errors import AlreadyExistsError, ConflictError, NotFoundError

_MOD = CompareTarget.MOD


def _found(key: bytes = b"", revision: int = 0) -> ResponseOp:
    pairs = (KeyValue(key, mod_revision=revision),) if revision else ()
    return ResponseOp(response_range=RangeResponse(kvs=pairs))


def test_each_expectation_is_a_comparison_and_a_look() -> None:
    """The look says, when the transaction fails, which of them it was."""
    operations: list[Operation] = [
        Put("/a", b"x", 0),
        Put("/b", b"y"),
        Delete("/c", 7),
        Delete("/d"),
        Unchanged("/e/", 9),
    ]
    made = request(operations, None)
    assert made.compare == (
        Compare(CompareResult.EQUAL, _MOD, b"/a", 0),
        Compare(CompareResult.EQUAL, _MOD, b"/c", 7),
        Compare(CompareResult.GREATER, _MOD, b"/d"),
        Compare(CompareResult.LESS, _MOD, b"/e/", 10, b"/e0"),
    )
    assert made.success[:4] == (
        RequestOp(request_put=PutRequest(b"/a", b"x")),
        RequestOp(request_put=PutRequest(b"/b", b"y")),
        RequestOp(request_delete_range=DeleteRangeRequest(b"/c")),
        RequestOp(request_delete_range=DeleteRangeRequest(b"/d")),
    )
    assert [step.request_range for step in made.failure] == [
        RangeRequest(b"/a", keys_only=True),
        RangeRequest(b"/c", keys_only=True),
        RangeRequest(b"/d", keys_only=True),
        RangeRequest(b"/e/", b"/e0", limit=1, keys_only=True, min_mod_revision=10),
    ]


def test_a_marker_is_compared_first_and_written_with_the_rest() -> None:
    """So that the transaction can be sent again."""
    made = request([Put("/a", b"x")], Marker(b"/m", 5, 77))
    assert made.compare == (Compare(CompareResult.EQUAL, _MOD, b"/m", 5),)
    assert made.success[-1] == RequestOp(request_put=PutRequest(b"/m", lease=77))
    assert made.failure == (RequestOp(request_range=RangeRequest(b"/m", keys_only=True)),)
    assert marked_at([_found(b"/m", 8)]) == 8
    assert marked_at([_found()]) == 0


@pytest.mark.parametrize(
    ("operation", "found", "error"),
    [
        (Put("/a", b"", 0), _found(b"/a", 3), AlreadyExistsError),
        (Put("/a", b"", 2), _found(b"/a", 3), ConflictError),
        (Put("/a", b"", 2), _found(), NotFoundError),
        (Delete("/a", 2), _found(b"/a", 3), ConflictError),
        (Delete("/a", 2), _found(), NotFoundError),
        (Delete("/a"), _found(), NotFoundError),
        (Unchanged("/a", 2), _found(b"/ab", 3), ConflictError),
    ],
)
def test_the_first_unmet_expectation_is_raised(operation: Operation, found: ResponseOp, error: type[Exception]) -> None:
    """Those before it, which were met, are passed over; those that expect nothing have no answer."""
    operations = [Put("/x", b""), Put("/y", b"", 4), operation, Put("/z", b"", 0)]
    with pytest.raises(error):
        raise_first_unmet(operations, [_found(b"/y", 4), found, _found(b"/z", 1)])


def test_when_all_would_be_met_now_nothing_is_raised() -> None:
    """Then it is tried again."""
    raise_first_unmet(
        [Put("/a", b"", 0), Delete("/b", 2), Delete("/c"), Unchanged("/", 9)],
        [_found(), _found(b"/b", 2), _found(b"/c", 5), _found(), _found()],
    )


def test_two_writes_of_one_key_are_refused() -> None:
    """As every store does."""
    with pytest.raises(ValueError, match="two operations of one transaction write /a"):
        request([Put("/a", b"1"), Delete("/a")], None)
