"""Operations of the port as one transaction of etcd's, and what etcd's answer says about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from bgpkit_node.datastore.distinct import check_distinct
from bgpkit_node.datastore.etcd.layout import octets, text, visible_keys_of
from bgpkit_node.datastore.etcd.messages import (
    Compare,
    CompareResult,
    CompareTarget,
    DeleteRangeRequest,
    PutRequest,
    RangeRequest,
    RequestOp,
    ResponseOp,
    TxnRequest,
)
from bgpkit_node.datastore.port import Delete, Operation, Put, Unchanged
from bgpkit_node.errors import AlreadyExistsError, ConflictError, NotFoundError


@dataclass(frozen=True, slots=True)
class Marker:
    """A key that only one writer writes, with each transaction: whether it was written says whether that was done.

    ``revision`` is that of the writer's last transaction under it, 0 when there is none.
    """

    key: bytes
    revision: int
    lease: int


def request(operations: Sequence[Operation], marker: Marker | None) -> TxnRequest:
    """Return the transaction; with a ``marker`` it can be sent again without being carried out twice.

    When it is not carried out, the answer holds the present state of the marker and of all that was expected.
    Raises ValueError when two operations write the same key.
    """
    check_distinct(operations)
    compare = [condition for operation in operations for condition in _conditions(operation)]
    success = [step for operation in operations for step in _steps(operation)]
    failure = [RequestOp(request_range=look) for operation in operations for look in _looks(operation)]
    if marker is None:
        # Without a step that reads, a member would answer from what it happens to know.
        success.append(RequestOp(request_range=RangeRequest(b"\0", count_only=True)))
    else:
        compare.insert(0, _is_at(marker.key, marker.revision))
        success.append(RequestOp(request_put=PutRequest(marker.key, lease=marker.lease)))
        failure.insert(0, RequestOp(request_range=RangeRequest(marker.key, keys_only=True)))
    return TxnRequest(tuple(compare), tuple(success), tuple(failure))


def marked_at(responses: Sequence[ResponseOp]) -> int:
    """Return the marker's revision from the answer to a transaction that was not carried out, 0 when it is gone."""
    return _found(responses[0])[1]


def raise_first_unmet(operations: Sequence[Operation], responses: Sequence[ResponseOp]) -> None:
    """Raise for the first operation whose expectation was not met; nothing when all would be met now.

    ``responses`` are those after the marker's, if there was one. Raises AlreadyExistsError, ConflictError,
    NotFoundError.
    """
    answers = iter(responses)
    for operation in operations:
        for _ in _looks(operation):
            _raise_if_unmet(operation, *_found(next(answers)))


def _raise_if_unmet(operation: Operation, key: str, found: int) -> None:
    match operation:
        case Put(wanted, _, 0):
            if found:
                raise AlreadyExistsError(wanted)
        case Put(wanted, _, expected) | Delete(wanted, expected):
            if not found:
                raise NotFoundError(wanted)
            if expected not in {None, found}:
                raise ConflictError(wanted, expected or 0, found)
        case Unchanged(_, revision):
            if found > revision:
                raise ConflictError(key, revision, found)
        case _:
            assert_never(operation)


def _conditions(operation: Operation) -> Iterator[Compare]:
    match operation:
        case Put(key, _, expected) if expected is not None:
            yield _is_at(octets(key), expected)
        case Put():
            pass
        case Delete(key, expected):
            exists = Compare(CompareResult.GREATER, CompareTarget.MOD, octets(key))
            yield exists if expected is None else _is_at(octets(key), expected)
        case Unchanged(prefix, revision):
            for part in visible_keys_of(prefix):
                yield Compare(CompareResult.LESS, CompareTarget.MOD, part.key, revision + 1, part.end)
        case _:
            assert_never(operation)


def _steps(operation: Operation) -> Iterator[RequestOp]:
    match operation:
        case Put(key, value):
            yield RequestOp(request_put=PutRequest(octets(key), value))
        case Delete(key):
            yield RequestOp(request_delete_range=DeleteRangeRequest(octets(key)))
        case Unchanged():
            pass
        case _:
            assert_never(operation)


def _looks(operation: Operation) -> Iterator[RangeRequest]:
    """Yield what is to be read to know whether an operation's expectation is met: one for each condition."""
    match operation:
        case Put(_, _, None):
            pass
        case Put(key) | Delete(key):
            yield RangeRequest(octets(key), keys_only=True)
        case Unchanged(prefix, revision):
            for part in visible_keys_of(prefix):
                yield RangeRequest(part.key, part.end, limit=1, keys_only=True, min_mod_revision=revision + 1)
        case _:
            assert_never(operation)


def _is_at(key: bytes, revision: int) -> Compare:
    return Compare(CompareResult.EQUAL, CompareTarget.MOD, key, revision)


def _found(response: ResponseOp) -> tuple[str, int]:
    """Return the key that was found and its revision, 0 when there is none."""
    pairs = response.response_range.kvs if response.response_range else ()
    return (text(pairs[0].key), pairs[0].mod_revision) if pairs else ("", 0)
