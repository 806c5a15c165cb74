"""Where the kernel does not ask for the way back."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from bgpkit_node.agent import reverse_paths
from bgpkit_node.agent.reverse_paths import ReversePaths
from bgpkit_node.kernel import KernelError
from bgpkit_node.policy.model import Endpoint

OTHERS = ip_network("198.51.100.0/24")
POD = Endpoint(key="default/a", node="n1", interface="cali1", spoofable=(OTHERS,))
PLAIN = replace(POD, key="default/b", interface="cali2", spoofable=(ip_network("fd00::/64"),))
WIRE = replace(POD, key="wire", interface="eth0", host=True)


def test_only_a_pod_that_may_send_from_other_ipv4_addresses_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it may; an interface that has gone is no matter."""
    written: list[tuple[str, str]] = []

    def write(name: str, value: str) -> None:
        written.append((name, value))
        raise KernelError("gone", 2)

    monkeypatch.setattr(reverse_paths, "write_sysctl", write)
    paths = ReversePaths()
    for spoofing, expected in ((False, []), (True, ["0"]), (True, []), (False, ["1"]), (False, [])):
        written.clear()
        paths.settle((POD, PLAIN, WIRE), spoofing=spoofing)
        assert written == [("ipv4/conf/cali1/rp_filter", value) for value in expected]
    paths.settle((POD,), spoofing=True)
    written.clear()
    paths.settle((), spoofing=True)
    assert written == [("ipv4/conf/cali1/rp_filter", "1")]
