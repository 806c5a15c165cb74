"""Route distinguishers: their three types and their texts."""

import pytest

from bgpkit_rib import RouteDistinguisher


@pytest.mark.parametrize(
    ("octets", "kind", "text"),
    [
        ("0000 fc00 00000064", 0, "64512:100"),
        ("0000 ffff ffffffff", 0, "65535:4294967295"),
        ("0001 c0000201 0064", 1, "192.0.2.1:100"),
        ("0002 fa56ea00 0064", 2, "4200000000:100"),
        ("0002 0000fc00 0064", 2, "2:64512:100"),
        ("0003 0000fc00 0064", 3, "0x00030000fc000064"),
        ("ffff 000000000000", 65535, "0xffff000000000000"),
    ],
)
def test_a_text_stands_for_octets(octets: str, kind: int, text: str) -> None:
    """The fields stand where RFC 4364, section 4.2, puts them; the text reads back."""
    distinguisher = RouteDistinguisher(bytes.fromhex(octets))
    assert (distinguisher.type, str(distinguisher)) == (kind, text)
    assert RouteDistinguisher.parse(text) == distinguisher


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0:64512:100", "64512:100"),
        ("1:192.0.2.1:100", "192.0.2.1:100"),
        ("2:4200000000:100", "4200000000:100"),
        ("0x0000fc0000000064", "64512:100"),
    ],
)
def test_the_type_may_be_written(text: str, canonical: str) -> None:
    """A type in front and hexadecimal digits are read as well."""
    assert str(RouteDistinguisher.parse(text)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "64512",
        ":",
        "64512:",
        ":1",
        "64512:4294967296",
        "65536:65536",
        "4294967296:1",
        "192.0.2.1:65536",
        "192.0.2:1",
        "192.0.2.1",
        "3:1:1",
        "0:65536:1",
        "1:64512:1",
        "2:1:65536",
        "064512:1",
        "64512:01",
        "-1:1",
        "1:+1",
        " 1:1",
        "1:2:3:4",
        "0x00",
        "0x0000fc00000000640",
        "0x0000fc000000 064",
        "0xzz00fc0000000064",
        "2001:db8::1:100",
        "٣:1",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    """What is of no form, or does not fit, raises ValueError."""
    with pytest.raises(ValueError, match="route distinguisher"):
        RouteDistinguisher.parse(text)


@pytest.mark.parametrize("octets", [b"", bytes(7), bytes(9)])
def test_there_are_eight_octets(octets: bytes) -> None:
    """Another length is refused."""
    with pytest.raises(ValueError, match=f"8 octets, not {len(octets)}"):
        RouteDistinguisher(octets)


def test_they_order_and_hash_by_octets() -> None:
    """They can be keys, and sort as their octets do."""
    texts = ["65536:1", "2:1:1", "192.0.2.1:1", "1:10", "1:2"]
    values = [RouteDistinguisher.parse(text) for text in texts]
    assert sorted(values) == values[::-1]
    assert len({*values, *map(RouteDistinguisher.parse, texts)}) == len(texts)
