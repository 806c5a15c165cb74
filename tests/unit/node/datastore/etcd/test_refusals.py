"""What etcd refuses, in words, and what helps."""

import grpc
import pytest
from grpc.aio import AioRpcError

from bgpkit_node.datastore.etcd.refusals import Remedy, remedy, sentence


def _error(code: grpc.StatusCode, details: str) -> AioRpcError:
    return AioRpcError(code, details=details)


@pytest.mark.parametrize(
    ("code", "details", "expected"),
    [
        (grpc.StatusCode.UNAVAILABLE, "etcdserver: leader changed", Remedy.ELSEWHERE),
        (grpc.StatusCode.UNAVAILABLE, "failed to connect to all addresses", Remedy.ELSEWHERE),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", Remedy.ELSEWHERE),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "etcdserver: too many requests", Remedy.ELSEWHERE),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded", Remedy.NONE),
        (grpc.StatusCode.UNAUTHENTICATED, "etcdserver: invalid auth token", Remedy.AUTHENTICATE),
        (grpc.StatusCode.INVALID_ARGUMENT, "etcdserver: revision of auth store is old", Remedy.AUTHENTICATE),
        (grpc.StatusCode.PERMISSION_DENIED, "etcdserver: permission denied", Remedy.NONE),
        (grpc.StatusCode.INVALID_ARGUMENT, "etcdserver: too many operations in txn request", Remedy.NONE),
    ],
)
def test_what_helps_is_known(code: grpc.StatusCode, details: str, expected: Remedy) -> None:
    """A full store is not asked again, a member without a leader is not waited for."""
    assert remedy(_error(code, details)) is expected


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ("etcdserver: mvcc: database space exceeded", "is full: compact and defragment it"),
        ("etcdserver: too many operations in txn request", "takes no transaction as large as this one"),
        ("etcdserver: request is too large", "takes no value as large as this one"),
        ("etcdserver: user name is empty", "wants a user: set ETCD_USERNAME"),
        ("etcdserver: authentication failed, invalid user ID or password", "check ETCD_USERNAME and ETCD_PASSWORD"),
        ("etcdserver: permission denied", "grant its role read and write below /calico/"),
        ("etcdserver: something new", "answers: something new"),
        ("", "answers: unknown"),
    ],
)
def test_each_refusal_is_one_sentence_with_the_endpoint(details: str, words: str) -> None:
    """Etcd's own words are given where we have no better ones."""
    told = str(sentence("https://a:1", _error(grpc.StatusCode.UNKNOWN, details)))
    assert told.startswith("etcd at https://a:1 ")
    assert words in told
