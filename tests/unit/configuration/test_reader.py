"""Values by their type hints."""

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from bgpkit.configuration.document import Value, entries_of, read_document
from bgpkit.configuration.fault import ConfigurationFileError, Faults, FaultyError
from bgpkit.configuration.keys import keys_of
from bgpkit.configuration.reader import Reader
from bgpkit.configuration.secrets import secret_reader
from bgpkit.errors import ConfigError
from bgpkit.transport import Secret
from bgpkit_rib import Prefix


class Colour(Enum):
    """Some names."""

    DARK_RED = 1


@dataclass(frozen=True)
class Limit:
    """A class with one field that is needed."""

    maximum: int
    percent: int = 75

    def __post_init__(self) -> None:
        """Refuse two values, one after the other."""
        if self.percent > 100:
            raise ConfigError(f"percent {self.percent} is more than 100")
        if self.maximum < 0:
            raise ValueError("maximum is below 0")


@dataclass(frozen=True)
class Switch:
    """A class without one."""

    level: float = 1.0


@dataclass(frozen=True)
class Thing:
    """A bit of everything."""

    number: int = 0
    colour: Colour | None = Colour.DARK_RED
    prefixes: tuple[Prefix, ...] = ()
    members: frozenset[int] = frozenset()
    limit: Limit | None = None
    switch: Switch | None = None
    choice: Limit | Switch = field(default_factory=Switch)
    address: IPv4Address | None = None
    mixed: int | Limit = 0
    key: Secret | None = None


def thing(folder: Path, text: str) -> Thing:
    """Return the thing that a text is; ConfigurationFileError tells what is wrong with it."""
    file = folder / "a.toml"
    file.write_text(text)
    faults = Faults()
    reader = Reader(faults, {Secret: secret_reader(folder, {})})
    root = read_document(file, faults).root
    try:
        found = reader.of_class(Thing, root, entries_of(root))
    except FaultyError:
        faults.done()
        raise
    faults.done()
    assert isinstance(found, Thing)
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("number = 7", Thing(number=7)),
        ("colour = 'dark-red'", Thing()),
        ("colour = 'none'", Thing(colour=None)),
        ("prefixes = ['10.0.0.0/8']", Thing(prefixes=(Prefix.parse("10.0.0.0/8"),))),
        ("prefixes = '10.0.0.0/8'", Thing(prefixes=(Prefix.parse("10.0.0.0/8"),))),
        ("members = [1, 2]", Thing(members=frozenset({1, 2}))),
        ("limit = 5", Thing(limit=Limit(5))),
        ("limit = {maximum = 5, percent = 1}", Thing(limit=Limit(5, 1))),
        ("limit.maximum = 5", Thing(limit=Limit(5))),
        ("switch = true", Thing(switch=Switch())),
        ("switch = false", Thing()),
        ("[switch]\nlevel = 2", Thing(switch=Switch(2.0))),
        ("choice = 'switch'", Thing()),
        ("choice = {type = 'limit', maximum = 3}", Thing(choice=Limit(3))),
        ("address = '192.0.2.1'", Thing(address=IPv4Address("192.0.2.1"))),
        ("mixed = 3", Thing(mixed=3)),
        ("mixed = {maximum = 3}", Thing(mixed=Limit(3))),
        ("key = 'none'", Thing(key=Secret("none"))),
    ],
)
def test_hints_tell_how_values_are_written(tmp_path: Path, text: str, wanted: Thing) -> None:
    """Texts, numbers, names, lists, tables, and the short forms of these."""
    assert thing(tmp_path, text) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("number = 'x'", '1: number: "x" stands where an integer is wanted'),
        ("\ncolour = 'red'", '2: colour: "red" stands where one of dark-red is wanted'),
        ("prefixes = [\n'10.0.0.0/8',\n'10.0.0.1/8']", "3: prefixes[2]: prefix '10.0.0.1/8' has host bits set"),
        ("limit = 'x'", '1: limit: "x" stands where an integer is wanted'),
        ("limit = {percent = 1}", "1: limit: 'maximum' is missing"),
        ("switch = 'topsecret'", "1: switch: this is no table; its keys: level"),
        ("choice = 'other'", "1: choice: 'other' is not possible; it is one of limit, switch"),
        ("choice = {level = 1}", "1: choice: 'type' is missing, it is one of limit, switch"),
        ("nummer = 3", "1: unknown key 'nummer'; did you mean 'number'?"),
        ("limit = {maximum = 1,\npercent = 1.5}".replace("\n", ""), "1: limit.percent: 1.5 stands where an integer"),
        ("key = 'a'\nkey_file = 'b'", "2: key_file: 'key' is given in two ways; give it in one"),
        ("key = 7", "1: key: a secret is a text"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_name(tmp_path: Path, text: str, said: str) -> None:
    """And what might have been meant."""
    with pytest.raises(ConfigurationFileError) as caught:
        thing(tmp_path, text)
    assert f"{caught.value.faults[0].line}: {caught.value.faults[0].what}".startswith(said)
    assert "topsecret" not in str(caught.value)


def test_all_that_a_class_refuses_is_told(tmp_path: Path) -> None:
    """One fault after the other, each at the field that it names."""
    with pytest.raises(ConfigurationFileError) as caught:
        thing(tmp_path, "number = 'x'\n[limit]\nmaximum = -1\npercent = 101")
    lines = [f"{fault.line}: {fault.what}" for fault in caught.value.faults]
    assert lines[0].startswith("1: number")
    assert lines[1:] == ["3: limit: maximum is below 0", "4: limit: percent 101 is more than 100"]


def test_a_table_is_one(tmp_path: Path) -> None:
    """What stands there instead is not shown: it may be a secret."""
    file = tmp_path / "a.toml"
    file.write_text("x = 'topsecret'")
    faults = Faults()
    reader = Reader(faults, {})
    value: Value = entries_of(read_document(file, faults).root)["x"]
    with pytest.raises(FaultyError):
        reader.table(value, keys_of(Switch))
    with pytest.raises(ConfigurationFileError, match="x: this is no table; its keys: level"):
        faults.done()
