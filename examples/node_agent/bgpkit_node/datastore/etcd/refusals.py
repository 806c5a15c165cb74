"""What etcd and gRPC answer when something is wrong, in words, and what is to be done about it."""

from enum import Enum
from typing import Final

import grpc
from grpc.aio import AioRpcError

from bgpkit_node.errors import DatastoreError


class Remedy(Enum):
    """What a caller can do about an answer."""

    ELSEWHERE = "ask another endpoint, or the same one later"
    AUTHENTICATE = "ask again with a fresh token"
    NONE = "give up"


_ELSEWHERE: Final = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.INTERNAL,
}
_STALE_TOKEN: Final = ("invalid auth token", "revision of auth store is old", "auth: revision in header is old")
_SENTENCES: Final = {
    "authentication failed": "refuses the user name or the password: check ETCD_USERNAME and ETCD_PASSWORD",
    "user name is empty": (
        "wants a user: set ETCD_USERNAME and ETCD_PASSWORD, or use a client certificate whose CN is the user"
    ),
    "permission denied": (
        "does not permit that to this user (ETCD_USERNAME, or the CN of the certificate):"
        " grant its role read and write below /calico/"
    ),
    "database space exceeded": ("is full: compact and defragment it, then take the alarm back (etcdctl alarm disarm)"),
    "too many operations": (
        "takes no transaction as large as this one, and nothing was written: change at most 127 resources at once,"
        " or start etcd with a larger --max-txn-ops than 128"
    ),
    "request is too large": "takes no value as large as this one (1.5 MiB, see its option --max-request-bytes)",
    "key is not provided": "knows no empty key",
}


def remedy(error: AioRpcError) -> Remedy:
    """Return what can be done about an error."""
    text = error.details() or ""
    if error.code() is grpc.StatusCode.UNAUTHENTICATED or any(words in text for words in _STALE_TOKEN):
        return Remedy.AUTHENTICATE
    busy = error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED and "too many requests" in text
    return Remedy.ELSEWHERE if busy or error.code() in _ELSEWHERE else Remedy.NONE


def sentence(endpoint: str, error: AioRpcError) -> DatastoreError:
    """Return the error in words; ``endpoint`` gave it."""
    text = error.details() or error.code().name.replace("_", " ").lower()
    for words, known in _SENTENCES.items():
        if words in text:
            return DatastoreError(f"etcd at {endpoint} {known}")
    return DatastoreError(f"etcd at {endpoint} answers: {text.removeprefix('etcdserver: ')}")
