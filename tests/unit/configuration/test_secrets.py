"""Secrets from the file, from other files and from the environment."""

from pathlib import Path

import pytest

from bgpkit.configuration.document import Place, Value
from bgpkit.configuration.secrets import is_secret, secret_reader
from bgpkit.errors import ConfigError
from bgpkit.transport import Secret

PLACE = Place("a.toml", 1)


def value(data: str | dict[str, str] | int) -> Value:
    """Return a value as the reader gets it."""
    inner = {key: Value(text, PLACE, key) for key, text in data.items()} if isinstance(data, dict) else data
    return Value(inner, PLACE, "md5_key")


def test_a_secret_is_text_or_stands_elsewhere(tmp_path: Path) -> None:
    """Without the line end that editors leave behind it."""
    (tmp_path / "key").write_bytes(b"s3cret \r\n")
    read = secret_reader(tmp_path, {"KEY": "other"})
    assert read(value("plain")) == Secret("plain")
    assert read(value({"file": "key"})) == Secret("s3cret ")
    assert read(value({"env": "KEY"})) == Secret("other")
    assert is_secret(Secret | None)
    assert not is_secret(str)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "a secret is a text that is not empty"),
        (7, "a secret is a text that is not empty"),
        ({"env": "GONE"}, "the environment has no variable GONE, or it is empty"),
        ({"file": "gone"}, "gone: No such file or directory"),
        ({"file": "empty"}, "empty holds no secret"),
        ({"file": "long"}, "long holds more than a secret"),
    ],
)
def test_what_is_no_secret_is_told(tmp_path: Path, data: str | dict[str, str] | int, said: str) -> None:
    """With the file or the variable, never with what is in it."""
    (tmp_path / "empty").write_bytes(b"\n")
    (tmp_path / "long").write_bytes(b"topsecret" * 1000)
    with pytest.raises(ConfigError) as caught:
        secret_reader(tmp_path, {})(value(data))
    assert said in str(caught.value)
    assert "topsecret" not in str(caught.value)
