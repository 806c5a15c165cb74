"""ROAs in JSON."""

import asyncio
import json
from pathlib import Path

import pytest

from bgpkit.errors import ConfigError
from bgpkit.rpki import load_roa_table, parse_roa_table, read_roas

RPKI_CLIENT = """{
  "metadata": {"buildmachine": "a, \\"b\\" ]", "roas": 2, "vrps": 2},
  "roas": [
    { "asn": 64500, "prefix": "192.0.2.0/24", "maxLength": 26, "ta": "ripe", "expires": 1700000000 },
    { "asn": 0, "prefix": "2001:db8::/32", "maxLength": 32, "ta": "arin", "expires": 1700000000 }
  ],
  "bgpsec_keys": []
}"""
ROUTINATOR = """{"metadata":{"generated":1,"generatedTime":"t"},"roas":[
{"asn":"AS64500","prefix":"192.0.2.0/24","maxLength":26,"ta":"ripe"},
{"asn":"AS0","prefix":"2001:db8::/32","maxLength":32,"ta":"arin"}]}"""
TEXTS = ["192.0.2.0/24-26 AS64500", "2001:db8::/32-32 AS0"]


@pytest.mark.parametrize("text", [RPKI_CLIENT, ROUTINATOR], ids=["rpki-client", "Routinator"])
def test_what_validators_write_is_read(text: str) -> None:
    """In order, whatever else stands in the document."""
    assert [str(roa) for roa in read_roas(text)] == TEXTS
    assert sorted(map(str, parse_roa_table(text))) == TEXTS


def test_a_roa_of_two_trust_anchors_is_one() -> None:
    """Entries that say the same count once; an AS may be a bare text, and the length may be left out."""
    entries = '{"prefix": "192.0.2.0/24", "asn": "64500", "ta": "a"}, {"prefix":"192.0.2.0/24","asn":64500}'
    assert [str(roa) for roa in parse_roa_table(f'{{"roas": [{entries}]}}')] == ["192.0.2.0/24-24 AS64500"]


@pytest.mark.parametrize("text", ['{"roas":[]}', ' { "a" : [1] , "roas" : [ ] } '])
def test_a_document_may_have_no_roas(text: str) -> None:
    """An empty list makes an empty table."""
    assert len(parse_roa_table(text)) == 0


GOOD = '{"prefix": "192.0.2.0/24", "maxLength": 24, "asn": 64500}'


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('{"maxLength": 24, "asn": 64500}', "entry 2 has no prefix"),
        ('{"prefix": "192.0.2.0/24"}', "entry 2 has no asn"),
        ('{"prefix": "192.0.2.0", "asn": 1}', "entry 2: prefix '192.0.2.0' has no length"),
        ('{"prefix": "192.0.2.1/24", "asn": 1}', "entry 2: .* host bits set"),
        ('{"prefix": "192.0.2.0/24", "maxLength": 23, "asn": 1}', "entry 2: the maximum length"),
        ('{"prefix": "192.0.2.0/24", "maxLength": "24", "asn": 1}', "entry 2: maxLength is a number, not '24'"),
        ('{"prefix": "192.0.2.0/24", "maxLength": true, "asn": 1}', "entry 2: maxLength is a number"),
        ('{"prefix": "0.0.0.0/0", "maxLength": true, "asn": 1}', "entry 2: maxLength is a number"),
        ('{"prefix": "192.0.2.0/+24", "maxLength": 24, "asn": 1}', "entry 2: .* needs a length"),
        ('{"prefix": "192.0.2.0/-1", "maxLength": 24, "asn": 1}', "entry 2: .* needs a length"),
        ('{"prefix": "192.0.2.1/24", "maxLength": 24, "asn": 1}', "entry 2: .* host bits set"),
        ('{"prefix": "192.0.2/24", "maxLength": 24, "asn": 1}', "entry 2: .* does not start with an"),
        ('{"prefix": "192.0.2.0/24", "maxLength": 24, "asn": -1}', "entry 2: -1 is no AS number"),
        ('{"prefix": 7, "maxLength": 24, "asn": 1}', "entry 2: prefix '7' has no length"),
        ('{"prefix": "192.0.2.0/24", "asn": "ASX"}', "entry 2: asn is a number, not 'ASX'"),
        ('{"prefix": "192.0.2.0/24", "asn": 4294967296}', "entry 2: 4294967296 is no AS number"),
        ("7", "entry 2 is no object"),
        ("{", "entry 2 is no JSON"),
        ("", "entry 2 is no JSON"),
        ("[" * 100_000, "entry 2 is no JSON"),
        (f"{GOOD} {GOOD}", "entry 2 is followed by neither"),
    ],
)
def test_a_faulty_entry_is_told_with_its_number(entry: str, words: str) -> None:
    """Counted from 1."""
    with pytest.raises(ConfigError, match=words):
        parse_roa_table(f'{{"roas": [{GOOD}, {entry}]}}')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no JSON object"),
        ("[]", "no JSON object"),
        ("{}", 'no list "roas"'),
        ('{"roas": {}}', 'no list "roas"'),
        ('{"roas"', 'no list "roas"'),
        ('{"a": 1', 'no list "roas"'),
        ('{"a": x}', "member 'a' is no JSON"),
        ('{"roas": [', "entry 1 is no JSON"),
        (f'{{"roas": [{GOOD}', "entry 1 is followed by neither"),
    ],
)
def test_a_faulty_document_is_told(text: str, words: str) -> None:
    """One sentence says what it lacks."""
    with pytest.raises(ConfigError, match=words):
        parse_roa_table(text)


async def test_a_file_is_loaded_in_slices(tmp_path: Path) -> None:
    """Others run while a large file is read."""
    file = tmp_path / "roas.json"
    entries = [{"prefix": f"10.{n >> 8}.{n & 255}.0/24", "maxLength": 24, "asn": n} for n in range(20_000)]
    file.write_text(json.dumps({"roas": entries}), encoding="utf-8")
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    assert len(await load_roa_table(file)) == 20_000
    counting.cancel()
    assert turns > 5


@pytest.mark.parametrize("octets", [None, b"\xff"])
async def test_a_file_that_cannot_be_read_is_told(octets: bytes | None, tmp_path: Path) -> None:
    """By its path."""
    file = tmp_path / "roas.json"
    if octets is not None:
        file.write_bytes(octets)
    with pytest.raises(ConfigError, match=r"roas\.json cannot be read"):
        await load_roa_table(file)
