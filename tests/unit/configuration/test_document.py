"""Files as values with places."""

from pathlib import Path

import pytest

from bgpkit.configuration.document import LONGEST_FILE, entries_of, named, read_document
from bgpkit.configuration.fault import ConfigurationFileError, Faults, FaultyError


def wrong(path: Path) -> str:
    """Return what is said of a file that cannot be read."""
    faults = Faults()
    with pytest.raises(FaultyError):
        read_document(path, faults)
    with pytest.raises(ConfigurationFileError) as caught:
        faults.done()
    return str(caught.value).replace(str(path), "FILE")


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"a = 1\nb\n", "FILE:2: this is not TOML: Expected '=' after a key in a key/value pair"),
        (b"a = 1\n\nb = [1,\n", "FILE:3: this is not TOML: Invalid value"),
        (b"a = 1\na = 2\n", "FILE:2: this is not TOML: Cannot overwrite a value"),
        (b"a = 1\n# \xff\n", "FILE:2: there is an octet that is not UTF-8; TOML files are"),
        (b"a = " + b"[" * 20_000, "FILE: arrays and tables stand too deep in one another"),
        (b"#" * (LONGEST_FILE + 1), "FILE: it is longer than 16 MiB; that is no configuration"),
    ],
)
def test_a_file_that_is_none_is_told_with_its_line(tmp_path: Path, octets: bytes, said: str) -> None:
    """Syntax, octets, size, depth."""
    file = tmp_path / "a.toml"
    file.write_bytes(octets)
    assert wrong(file) == said


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Absent, or a folder."""
    assert wrong(tmp_path / "gone") == "FILE: it cannot be read: No such file or directory"
    assert wrong(tmp_path) == "FILE: it cannot be read: Is a directory"


def test_values_know_line_and_name(tmp_path: Path) -> None:
    """And give back what tomllib gave."""
    file = tmp_path / "a.toml"
    file.write_text("[[peers]]\nx = [1,\n {y = 2}]\n")
    root = read_document(file, Faults()).root
    (peer,) = [root.plain()]
    assert peer == {"peers": [{"x": [1, {"y": 2}]}]}
    peers = entries_of(root)["peers"].data
    assert isinstance(peers, list)
    x = entries_of(peers[0])["x"]
    assert (x.place.line, x.name) == (2, "peers[1].x")
    assert named(("peers", 0, "x", 1, "y")) == "peers[1].x[2].y"
    assert entries_of(x) == {}


def test_a_table_goes_over_its_defaults_key_by_key(tmp_path: Path) -> None:
    """Tables inside it, too; what is told stays where it was written."""
    file = tmp_path / "a.toml"
    file.write_text("[own]\na = 1\nt = {x = 1}\n[other]\na = 2\nb = 3\nt = {x = 9, y = 2}\n")
    tables = entries_of(read_document(file, Faults()).root)
    merged = tables["own"].over(tables["other"])
    assert merged.plain() == {"a": 1, "b": 3, "t": {"x": 1, "y": 2}}
    assert entries_of(merged)["b"].place.line == 6
    assert entries_of(tables["own"])["a"].over(tables["other"]).plain() == 1
