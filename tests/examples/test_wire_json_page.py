"""The page that documents the JSON of the codec: its examples are true, and no type, key or word is left out."""

import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from bgpkit.wire.attributes import ATTRIBUTE_ROWS
from bgpkit.wire.families import ROWS
from bgpkit.wire.plain import Json, from_dict, from_plain, to_dict, to_plain
from bgpkit.wire.plain.hints import is_enum
from tests.support import json_page

TEXT: Final = json_page.PAGE.read_text(encoding="utf-8")
EXAMPLES: Final[list[str]] = re.findall(r"^```json\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
CLASSES: Final = dict(json_page.classes())


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_read_and_written_again(example: str) -> None:
    """What stands there is what to_dict gives, key by key, for the value that from_dict reads."""
    data = json.loads(example)
    written = to_dict(from_dict(data))
    assert written == data
    assert list(_keys(written)) == list(_keys(data))


def test_every_type_is_in_an_example() -> None:
    """Messages, capabilities, attributes, NLRI and communities, and whatever stands in them, are all shown."""
    shown = {name for example in EXAMPLES for name in _types(json.loads(example))}
    wanted = {name for name, cls in CLASSES.items() if not is_enum(cls) and not json_page.has_text(cls)}
    assert wanted - shown == set()


def test_every_attribute_is_in_an_example() -> None:
    """Each code that has a row is there, and one that has none."""
    found = [each for example in EXAMPLES for each in _objects(json.loads(example)) if each["type"] == "attribute"]
    codes = {str(each["code"]) for each in found}
    known = set(map(str, ATTRIBUTE_ROWS))
    assert known - codes == set()
    assert codes - known != set()


def test_every_family_is_in_an_example() -> None:
    """Each family that has a row has routes there."""
    objects = [each for example in EXAMPLES for each in _objects(json.loads(example))]
    shown = {str(each["family"]) for each in objects if each["type"] in {"mp-reach", "mp-unreach"} and each["nlri"]}
    assert {str(family) for family in ROWS} - shown == set()


def test_the_tables_are_the_present_ones() -> None:
    """Every type with its keys and every word stands there; ``python -m tests.support.json_page`` prints them."""
    assert json_page.printed(TEXT) == json_page.tables()


def test_the_program_of_the_page_runs(tmp_path: Path) -> None:
    """Its assertions hold."""
    (program,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    runpy.run_path(str(tmp_path / "program.py"))


def test_the_table_of_texts_is_true() -> None:
    """Every class whose values are texts is there, with texts that are read and written again."""
    part = TEXT.partition("\n## Texts\n")[2].partition("\n## ")[0]
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", part, re.MULTILINE))
    texts = {name: cls for name, cls in CLASSES.items() if json_page.has_text(cls)}
    assert list(rows) == sorted(texts)
    for name, row in rows.items():
        examples = re.findall(r"`([^`]+)`", row)
        assert examples
        assert [to_plain(from_plain(texts[name], text)) for text in examples] == examples


def _objects(data: Json) -> Iterator[dict[str, Json]]:
    """Yield the objects with a type in JSON, at any depth."""
    if isinstance(data, dict):
        if "type" in data:
            yield data
        for each in data.values():
            yield from _objects(each)
    elif isinstance(data, list):
        for each in data:
            yield from _objects(each)


def _types(data: Json) -> Iterator[str]:
    """Yield the types that JSON names, at any depth."""
    return (str(each["type"]) for each in _objects(data))


def _keys(data: Json) -> Iterator[str]:
    """Yield the keys of all objects in their order."""
    if isinstance(data, dict):
        for key, each in data.items():
            yield key
            yield from _keys(each)
    elif isinstance(data, list):
        for each in data:
            yield from _keys(each)
