"""The part of etcd's public API (version 3) that a datastore calls: messages and methods.

Names and numbers are etcd's (etcdserverpb, mvccpb); what is not needed is left out.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Final, Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class ResponseHeader:
    """Heads every answer; ``revision`` is that of the store."""

    revision: Annotated[int, 3] = 0


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A key as it stands in the store; deleted, only ``key`` and ``mod_revision`` say something."""

    key: Annotated[bytes, 1] = b""
    create_revision: Annotated[int, 2] = 0
    mod_revision: Annotated[int, 3] = 0
    value: Annotated[bytes, 5] = b""


@dataclass(frozen=True, slots=True)
class RangeRequest:
    """Read the keys from ``key`` up to, not including, ``range_end``; only ``key`` when that is empty."""

    key: Annotated[bytes, 1] = b""
    range_end: Annotated[bytes, 2] = b""
    limit: Annotated[int, 3] = 0
    keys_only: Annotated[bool, 8] = False
    count_only: Annotated[bool, 9] = False
    min_mod_revision: Annotated[int, 10] = 0


@dataclass(frozen=True, slots=True)
class RangeResponse:
    """What was read, ordered by key."""

    header: Annotated[ResponseHeader, 1] = ResponseHeader()
    kvs: Annotated[tuple[KeyValue, ...], 2] = ()


@dataclass(frozen=True, slots=True)
class PutRequest:
    """Write a key, which goes when ``lease`` (0: none) ends."""

    key: Annotated[bytes, 1] = b""
    value: Annotated[bytes, 2] = b""
    lease: Annotated[int, 3] = 0


@dataclass(frozen=True, slots=True)
class DeleteRangeRequest:
    """Delete ``key``."""

    key: Annotated[bytes, 1] = b""


@dataclass(frozen=True, slots=True)
class RequestOp:
    """One step of a transaction: one of the three."""

    request_range: Annotated[RangeRequest | None, 1] = None
    request_put: Annotated[PutRequest | None, 2] = None
    request_delete_range: Annotated[DeleteRangeRequest | None, 3] = None


@dataclass(frozen=True, slots=True)
class ResponseOp:
    """The answer to one step: what it read, if it was to read."""

    response_range: Annotated[RangeResponse | None, 1] = None


class CompareResult(IntEnum):
    """How what stands in the store has to be to what is given."""

    EQUAL = 0
    GREATER = 1
    LESS = 2


class CompareTarget(IntEnum):
    """What of a key is compared; of a key that does not exist both are 0."""

    CREATE = 1
    MOD = 2


@dataclass(frozen=True, slots=True)
class Compare:
    """A condition on all keys from ``key`` up to ``range_end``, or on ``key`` alone."""

    result: Annotated[CompareResult, 1]
    target: Annotated[CompareTarget, 2]
    key: Annotated[bytes, 3]
    mod_revision: Annotated[int, 6] = 0
    range_end: Annotated[bytes, 64] = b""


@dataclass(frozen=True, slots=True)
class TxnRequest:
    """Do all of ``success`` if everything in ``compare`` holds, otherwise all of ``failure``."""

    compare: Annotated[tuple[Compare, ...], 1] = ()
    success: Annotated[tuple[RequestOp, ...], 2] = ()
    failure: Annotated[tuple[RequestOp, ...], 3] = ()


@dataclass(frozen=True, slots=True)
class TxnResponse:
    """Which of both was done, and the answer to each step."""

    header: Annotated[ResponseHeader, 1] = ResponseHeader()
    succeeded: Annotated[bool, 2] = False
    responses: Annotated[tuple[ResponseOp, ...], 3] = ()


@dataclass(frozen=True, slots=True)
class WatchCreateRequest:
    """Tell the changes of a range of keys from ``start_revision`` on."""

    key: Annotated[bytes, 1] = b""
    range_end: Annotated[bytes, 2] = b""
    start_revision: Annotated[int, 3] = 0
    progress_notify: Annotated[bool, 4] = False


@dataclass(frozen=True, slots=True)
class WatchProgressRequest:
    """Ask for a sign of life."""


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """What is said on a watch's stream: one of both."""

    create_request: Annotated[WatchCreateRequest | None, 1] = None
    progress_request: Annotated[WatchProgressRequest | None, 3] = None


class EventType(IntEnum):
    """What happened to a key."""

    PUT = 0
    DELETE = 1


@dataclass(frozen=True, slots=True)
class Event:
    """One change."""

    type: Annotated[EventType, 1] = EventType.PUT
    kv: Annotated[KeyValue, 2] = KeyValue()


@dataclass(frozen=True, slots=True)
class WatchResponse:
    """What is heard on a watch's stream; without events it is a sign of life or the end of the watch.

    ``watch_id`` is -1 in the answer to a WatchProgressRequest. All events of one revision are in one response.
    """

    header: Annotated[ResponseHeader, 1] = ResponseHeader()
    watch_id: Annotated[int, 2] = 0
    created: Annotated[bool, 3] = False
    canceled: Annotated[bool, 4] = False
    compact_revision: Annotated[int, 5] = 0
    cancel_reason: Annotated[str, 6] = ""
    events: Annotated[tuple[Event, ...], 11] = ()


@dataclass(frozen=True, slots=True)
class LeaseGrantRequest:
    """Ask for a lease of so many seconds."""

    ttl: Annotated[int, 1] = 0


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease's identity and the seconds that it has left; 0 when there is none (any more)."""

    id: Annotated[int, 2] = 0
    ttl: Annotated[int, 3] = 0


@dataclass(frozen=True, slots=True)
class LeaseRequest:
    """Name a lease that is to end, or to begin anew."""

    id: Annotated[int, 1] = 0


@dataclass(frozen=True, slots=True)
class AuthenticateRequest:
    """Name and password."""

    name: Annotated[str, 1] = ""
    password: Annotated[str, 2] = ""


@dataclass(frozen=True, slots=True)
class AuthenticateResponse:
    """The token to show with every call."""

    token: Annotated[str, 2] = ""


@dataclass(frozen=True, slots=True)
class Empty:
    """An answer of which nothing is read."""


@dataclass(frozen=True, slots=True)
class Method(Generic[Q, A]):
    """A method by its path, with the kinds of its question and answer."""

    path: str
    question: type[Q]
    answer: type[A]


RANGE: Final = Method("/etcdserverpb.KV/Range", RangeRequest, RangeResponse)
TXN: Final = Method("/etcdserverpb.KV/Txn", TxnRequest, TxnResponse)
WATCH: Final = Method("/etcdserverpb.Watch/Watch", WatchRequest, WatchResponse)
LEASE_GRANT: Final = Method("/etcdserverpb.Lease/LeaseGrant", LeaseGrantRequest, Lease)
LEASE_REVOKE: Final = Method("/etcdserverpb.Lease/LeaseRevoke", LeaseRequest, Empty)
LEASE_KEEP_ALIVE: Final = Method("/etcdserverpb.Lease/LeaseKeepAlive", LeaseRequest, Lease)
AUTHENTICATE: Final = Method("/etcdserverpb.Auth/Authenticate", AuthenticateRequest, AuthenticateResponse)
