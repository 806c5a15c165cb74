"""UPDATEs say what ExaBGP's tests say of them: its JSON, and the commands that it announces them with."""

import re

import pytest

from bgpkit.wire import MpReach, UpdateMessage
from bgpkit.wire.plain.json_data import is_array, is_object
from tests.conformance.vectors.exabgp_nlri import FAMILIES, Words, nlri_words
from tests.conformance.vectors.exabgp_words import attribute_words, hop_of, only_facts, update_words
from tests.conformance.vectors.exceptions import ACTION, expected
from tests.conformance.vectors.kinds import UPDATE
from tests.conformance.vectors.sessions import outcomes
from tests.unit.wire.vector_rows import Row, all_rows, name_of

ALL = [row for row in all_rows(*UPDATE) if expected(row.name, ACTION, "accept") == "accept"]
TOKENS = re.compile(r"\[[^]]*\]|\S+")
PLAIN = ("next-hop", "origin", "local-preference", "med", "originator-id", "path-information", "rd", "label", "base")
MORE = ("offset", "size", "destination-ipv4", "source-ipv4", "protocol", "destination-port", "group")
LISTS = ("as-path", "community", "large-community", "cluster-list")
IN_JSON = ("extended-community", "attribute", "bgp-prefix-sid", "bgp-prefix-sid-srv6", "teid", "source", "endpoint")
"""What is compared by way of ExaBGP's JSON only, where it has other words for it."""


@pytest.mark.parametrize("row", [row for row in ALL if row.expect.get("decoded_exabgp")], ids=name_of)
def test_an_update_says_what_exabgp_reads(row: Row) -> None:
    """All attributes and routes are those of ExaBGP's JSON, word for word in its own words."""
    messages = _messages(row)
    assert messages
    for message in messages:
        assert update_words(message) == only_facts(row.expect.get("decoded_exabgp"))


@pytest.mark.parametrize("row", [row for row in ALL if row.expect.get("command")], ids=name_of)
def test_an_update_says_what_exabgp_was_told_to_announce(row: Row) -> None:
    """An End-of-RIB of its family, or the prefixes, next hop and attributes of the command."""
    command = row.expect.get("command", "").removeprefix("announce ")
    for message in _messages(row):
        if command.startswith("eor "):
            assert message.end_of_rib == FAMILIES[command.removeprefix("eor ")]
            continue
        prefixes, words = _parse(command)
        routes = [nlri_words(family, nlri) for family, found in message.announced for nlri in found]
        assert [each["nlri"] for each in routes if "nlri" in each] == prefixes
        said = _said(message, routes[0])
        assert {key: said.get(key) for key in words} == words


def _messages(row: Row) -> list[UpdateMessage]:
    found = [each.message for session in outcomes(row) for each in session]
    return [message for message in found if isinstance(message, UpdateMessage)]


def _parse(command: str) -> tuple[list[str], dict[str, str]]:
    """Return the prefixes of a command, and the other words by their key."""
    tokens = TOKENS.findall(command)
    keys = {*PLAIN, *MORE, *LISTS, *IN_JSON}
    start = next(place for place, token in enumerate(tokens) if token in keys)
    head, _, listed = command.partition(" nlri ")
    prefixes = listed.split() if listed else [token for token in tokens[:start] if "/" in token and "mup" not in head]
    pairs = zip(tokens[start:], tokens[start + 1 :], strict=False)
    return prefixes, {key: value.strip("[]") for key, value in pairs if key in keys.difference(IN_JSON)}


def _said(message: UpdateMessage, route: Words) -> dict[str, str]:
    """Return what a message says, in the words of a command."""
    attributes = attribute_words(message)
    words = {**route, **attributes}
    hops = [hop_of(each.value) for each in message.attributes if isinstance(each.value, MpReach)]
    hops += [str(each.value) for each in message.attributes if each.code == 3]
    said = {"next-hop": hops[0], "label": _flat(route.get("label")).partition(":")[0]}
    return {key: _flat(value) for key, value in words.items()} | said


def _flat(value: object) -> str:
    """Return a value as a command writes it: numbers of a community between colons, lists between blanks."""
    if is_object(value):
        return " ".join(_flat(each["value"]) for each in value.values() if is_object(each))
    if not is_array(value):
        return str(value)
    return " ".join(":".join(map(str, each)) if is_array(each) else str(each) for each in value)
