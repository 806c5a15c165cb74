"""What is told of each pod's outage. walkthrough 8."""

from ipaddress import ip_address

import pytest

from bgpkit_node.flannel import Pod, Replies, outages, pinged_address

WEB = Pod("veth1", "default", "web", (ip_address("fd00::5"), ip_address("10.244.1.5")))
REPLIES = Replies(first={"10.244.1.5": 1.0, "10.244.9.1": 12.5}, last={"10.244.1.5": 10.0, "10.244.9.1": 20.0})
ANSWERED = frozenset({"10.244.1.5"})


@pytest.mark.parametrize(
    ("pod", "answered", "new", "seconds", "said"),
    [
        (WEB, ANSWERED, "10.244.9.1", 2.5, ""),
        (WEB, ANSWERED, "10.244.9.2", None, "away: its new address does not answer"),
        (WEB, ANSWERED, "", None, "away: no pod of its name has been created anew"),
        (WEB, frozenset[str](), "10.244.9.1", None, "not measured: it did not answer pings before"),
        (Pod("veth1", "default", "web"), ANSWERED, "", None, "not measured: no IPv4 address of it is known"),
        (Pod("veth1", addresses=WEB.addresses), ANSWERED, "", None, "not measured: its name is not known"),
    ],
)
def test_an_outage_is_from_the_last_old_reply_to_the_first_new_one(
    pod: Pod, answered: frozenset[str], new: str, seconds: float | None, said: str
) -> None:
    """Otherwise it is said why not."""
    (outage,) = outages([pod], answered, REPLIES, {("default", "web"): new} if new else {})
    assert outage.seconds == seconds
    assert outage.said.startswith(said)


def test_pods_are_pinged_over_ipv4() -> None:
    """One without such an address is not."""
    assert pinged_address(WEB) == "10.244.1.5"
    assert pinged_address(Pod("veth1", addresses=(ip_address("fd00::5"),))) == ""
