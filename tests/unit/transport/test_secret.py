"""A key that must not be seen: by no text, log, JSON, copy of fields or pickle."""

import copy
import json
import pickle
from dataclasses import asdict
from typing import Any

import pytest
import structlog

from bgpkit.errors import ConfigError
from bgpkit.transport import AoKey, Secret, TransportOptions

WORD = "correct-horse"
OPTIONS = TransportOptions(md5_key=Secret(WORD))
AO = TransportOptions(ao_keys=(AoKey(secret=Secret(WORD), send_id=1, receive_id=2),))


def test_only_reveal_gives_the_octets() -> None:
    """A str stands for its UTF-8 octets; the length is in octets."""
    assert Secret("ключ").reveal() == "ключ".encode()
    assert Secret(b"\0\xff").reveal() == b"\0\xff"
    assert len(Secret("ключ")) == 8


@pytest.mark.parametrize("value", [Secret(WORD), OPTIONS, AO, [Secret(WORD)], {"key": Secret(WORD)}])
@pytest.mark.parametrize("said", [repr, str, "{}".format, "{!r}".format, "%s".__mod__])
def test_no_text_holds_it(value: Any, said: Any) -> None:
    """Alone, in options and in containers, whatever makes the text."""
    assert WORD not in said(value)


def test_no_json_holds_it() -> None:
    """It is no value of JSON, and what writes the rest as text writes that of the secret."""
    with pytest.raises(TypeError):
        json.dumps(Secret(WORD))
    assert WORD not in json.dumps(asdict(OPTIONS), default=str)
    assert WORD not in str(structlog.processors.JSONRenderer()(None, "info", {"options": OPTIONS}))


def test_no_pickle_holds_it() -> None:
    """Neither the secret nor what it is in can be pickled; copies are the secret itself."""
    for value in (Secret(WORD), OPTIONS):
        with pytest.raises(TypeError, match="not written anywhere"):
            pickle.dumps(value)
    secret = Secret(WORD)
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret


def test_equal_octets_are_equal_secrets() -> None:
    """So a change of a key is noticed; a str is never equal to a secret."""
    assert Secret(WORD) == Secret(WORD.encode())
    assert hash(Secret(WORD)) == hash(Secret(WORD))
    assert Secret(WORD) != Secret("battery-staple")
    assert Secret(WORD) != WORD


def test_what_is_no_text_and_no_octets_is_refused_without_being_shown() -> None:
    """TypeError names the kind, not the value."""
    number: Any = 4711
    with pytest.raises(TypeError, match=r"^a secret is made of str or bytes, not of int$"):
        Secret(number)


def test_an_error_about_a_key_does_not_show_it() -> None:
    """Too long, empty, or a bare str: the sentence tells the length or the kind."""
    bare: Any = WORD
    for key, sentence in (
        (Secret(WORD * 10), "md5_key has 130 octets; the kernel takes 1 to 80, choose another"),
        (Secret(""), "md5_key has 0 octets; the kernel takes 1 to 80, choose another"),
        (bare, "md5_key is a str; wrap it in bgpkit.transport.Secret"),
    ):
        with pytest.raises(ConfigError) as raised:
            TransportOptions(md5_key=key)
        assert str(raised.value) == f"transport: {sentence}"
