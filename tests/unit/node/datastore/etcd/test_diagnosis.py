"""What may pass by itself, and what someone has to mend, of all that keeps etcd away."""

import pytest

from bgpkit_node.datastore.etcd.diagnosis import in_its_words, may_pass


@pytest.mark.parametrize(
    ("reason", "passes"),
    [
        ("does not answer", True),
        ("refuses connections", True),
        ("ends the connection: look at its log", True),
        ("has a name that cannot be resolved", True),
        ("cannot be reached (No route to host)", True),
        ("answers, but not over gRPC", True),
        ("is no etcd", False),
        ("speaks TLS: write https:// instead of http://", False),
        ("does not speak TLS: write http:// instead of https://", False),
        ("wants a client certificate: set ETCD_CERT_FILE and ETCD_KEY_FILE", False),
        ("refuses the client certificate: it is not signed by an authority that etcd trusts", False),
        ("shows a certificate for another name (x)", False),
    ],
)
def test_who_waits_waits_for_what_may_pass(reason: str, passes: bool) -> None:
    """Certificates and addresses do not mend themselves."""
    assert may_pass(reason) is passes


def test_an_etcd_that_is_there_and_does_nothing_is_told_with_its_words() -> None:
    """As without most of its members; other reasons need no words."""
    told = in_its_words("answers, but not over gRPC", "etcdserver: No Leader")
    assert told.startswith("answers, but does not do what it is asked (no leader): see whether most members")
    assert in_its_words("refuses connections", "etcdserver: no leader") == "refuses connections"
    assert in_its_words("answers, but not over gRPC", "") == "answers, but not over gRPC"
