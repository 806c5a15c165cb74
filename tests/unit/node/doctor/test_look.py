"""A measured pair as a row and as JSON."""

from dataclasses import replace

from bgpkit_node.diagnosis import Between, Path, Probe, Reply
from bgpkit_node.doctor import HEADER, Look

ACCEPTED, REFUSED, SILENCE, NO_WAY = (Probe(reply, reply.value) for reply in Reply)
PATH = Path(seconds=0.0004, mtu=1500, link_mtu=1500)
OPEN = Between(node="b", bgp=ACCEPTED, vxlan=REFUSED, ipip=REFUSED, path=PATH, pod="10.244.0.5", pod_answers=True)
SHUT = Between(node="b", bgp=SILENCE, vxlan=NO_WAY, ipip=None, pod="10.244.0.5", pod_answers=False)


def test_a_row_has_a_word_for_each_column() -> None:
    """What is lost, not asked or smaller than the interface takes is not to be overlooked."""
    assert Look("a", OPEN).row == ("a", "b", "0.40 ms", "1500", "open", "passes", "passes", "answers")
    assert Look("a", SHUT).row == ("a", "b", "lost", "-", "silent", "no way", "not asked", "silent")
    small = replace(OPEN, path=replace(PATH, mtu=1400), pod="", pod_answers=None)
    assert Look("a", small).row == ("a", "b", "0.40 ms", "1400 of 1500", "open", "passes", "passes", "-")
    assert Look("a", replace(SHUT, pings=False)).row[2:4] == ("not asked", "-")
    assert len(HEADER) == len(Look("a", OPEN).row)


def test_json_has_null_for_what_could_not_be_asked() -> None:
    """And false for what was, in vain."""
    assert Look("a", OPEN).plain == {
        "from": "a",
        "to": "b",
        "reached": True,
        "roundTripMs": 0.4,
        "pathMtu": 1500,
        "linkMtu": 1500,
        "bgp": "accepted",
        "vxlan": "refused",
        "ipip": "refused",
        "pod": "10.244.0.5",
        "podAnswers": True,
    }
    plain = Look("a", SHUT).plain
    assert (plain["reached"], plain["pathMtu"], plain["ipip"], plain["podAnswers"]) == (False, None, None, False)
    assert Look("a", replace(SHUT, pings=False)).plain["reached"] is None
