"""Requests for nf_tables, read back."""

import struct
from ipaddress import ip_network

from bgpkit_node.nft import octets, uapi
from bgpkit_node.nft.answers import answers, attributes, elements
from bgpkit_node.nft.chain import Chain, Leap, Verdict
from bgpkit_node.nft.element import Element, SetType, of_network, of_verdict
from bgpkit_node.nft.octets import Request


def bodies(requests: list[Request]) -> list[dict[int, bytes]]:
    """Return the attributes of requests."""
    return [dict(attributes(request.body)) for request in requests]


def test_elements_are_read_as_they_are_written() -> None:
    """Networks up to the end of the address space, and verdicts with their comments."""
    nets = {of_network(ip_network(text)) for text in ("0.0.0.0/8", "10.0.0.1/32", "10.0.0.2/31", "255.0.0.0/8")}
    written = list(octets.add_elements("t", "s", SetType.NETWORKS4, nets))
    assert elements(SetType.NETWORKS4, bodies(written)) == nets
    verdicts = {of_verdict("cali1", "open", "default/db")}
    assert (
        elements(SetType.VERDICTS, bodies(list(octets.add_elements("t", "s", SetType.VERDICTS, verdicts)))) == verdicts
    )


def test_many_elements_are_several_messages_each_of_whole_elements() -> None:
    """No list is longer than an attribute can be."""
    nets = {Element(bytes(15) + b"\0", bytes(15) + b"\0")} | {
        Element(number.to_bytes(16), number.to_bytes(16)) for number in range(2, 4000, 2)
    }
    written = list(octets.delete_elements("t", "s", SetType.NETWORKS6, nets))
    assert len(written) > 1
    assert max(len(request.body) for request in written) < 1 << 16
    assert elements(SetType.NETWORKS6, bodies(written)) == nets


def test_a_batch_is_a_transaction_whose_requests_are_numbered_and_acknowledged() -> None:
    """Begin, requests, end."""
    requests = [octets.delete_table("t"), octets.delete_set("t", "s")]
    found = list(answers(octets.batch(requests, 8)))
    assert [each.kind for each in found] == [uapi.BATCH_BEGIN, 10 << 8 | 2, 10 << 8 | 11, uapi.BATCH_END]
    assert [each.sequence for each in found] == [7, 8, 9, 10]
    assert [bool(each.flags & uapi.ACK) for each in found] == [False, True, True, False]
    assert found[0].body == bytes((0, 0)) + struct.pack(">H", 10)


def test_chains_lose_their_rules_before_any_is_deleted() -> None:
    """Since they may lead to each other."""
    whats = [request.what for request in octets.delete_chains("t", ["a", "b"])]
    assert whats == ["rules of chain a deleted", "rules of chain b deleted", "chain a deleted", "chain b deleted"]


def test_a_chain_of_leaps_is_made_with_a_rule_for_each() -> None:
    """The chain first."""
    chain = Chain.leaping("a", "said", (Leap(Verdict.JUMP, "b"), Leap(Verdict.DROP)), ())
    made = list(octets.add_chain("t", chain))
    assert [request.kind.name for request in made] == ["NEW_CHAIN", "NEW_RULE", "NEW_RULE"]
    assert b"immediate" in made[1].body
    assert b"counter" in made[2].body


def test_questions_are_of_the_filter_and_of_family_inet() -> None:
    """For one table, for what is in it."""
    (asked,) = answers(octets.look_up("t", 3))
    assert (asked.sequence, asked.attributes) == (3, {1: b"t\0"})
    (dumped,) = answers(octets.dump(uapi.Message.GET_ELEMENTS, 4, "t", "s"))
    assert (dumped.flags & uapi.DUMP, dumped.attributes) == (uapi.DUMP, {1: b"t\0", 2: b"s\0"})
    assert octets.message(1, 0, 1, b"")[16:] == bytes((uapi.INET, 0, 0, 0))
    assert octets.attribute(1, b"abc") == struct.pack("=HH", 7, 1) + b"abc\0"
