"""The error that says where in JSON something is wrong."""

import pytest

from bgpkit.wire.plain.json_data import (
    MAXIMUM_DEPTH,
    Kind,
    PlaceError,
    deeper,
    is_array,
    is_object,
    is_tuple,
    kind_of,
    require_keys,
    shown,
    unwanted,
)


def test_the_path_is_written_as_people_write_it() -> None:
    """Steps are put before the path from within to without: keys with dots between, indexes without."""
    error = PlaceError("null stands where a string is wanted")
    assert str(error) == "null stands where a string is wanted"
    for step in ("[0]", "value", "[3]", "attributes"):
        error.within(step)
    assert str(error) == "attributes[3].value[0]: null stands where a string is wanted"
    assert isinstance(error, ValueError)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (None, Kind.NULL),
        (True, Kind.BOOLEAN),
        (1, Kind.INTEGER),
        (1.5, Kind.NUMBER),
        ("", Kind.STRING),
        ([], Kind.ARRAY),
        ({}, Kind.OBJECT),
        (b"", None),
        ((), None),
    ],
)
def test_each_kind_of_json_is_told(data: object, kind: Kind | None) -> None:
    """A boolean is no integer, and octets and tuples are no JSON at all."""
    assert kind_of(data) is kind


def test_arrays_objects_and_tuples_are_told() -> None:
    """A list is an array, a dict an object, a tuple none of both."""
    assert (is_array([]), is_array(()), is_object({}), is_object([]), is_tuple(()), is_tuple([])) == (
        True,
        False,
        True,
        False,
        True,
        False,
    )


SHOWN: list[tuple[object, str]] = [
    ("64512", '"64512"'),
    ("x" * 41, '"' + "x" * 40 + '..."'),
    (True, "true"),
    (False, "false"),
    (None, "null"),
    (-7, "-7"),
    (0.5, "0.5"),
    ([[]], "an array"),
    ({"a": 1}, "an object"),
    (b"\1", "a value of class bytes"),
]


@pytest.mark.parametrize(("data", "text"), SHOWN)
def test_what_was_found_is_shown_in_few_letters(data: object, text: str) -> None:
    """Single values are shown as JSON writes them, long ones shortened, others by their kind."""
    assert shown(data) == text


def test_an_endless_number_is_not_shown() -> None:
    """A number of many thousand digits, which Python refuses to print, is an integer all the same."""
    assert shown(1 << 100_000) == "an integer"


def test_what_is_unwanted_is_said_with_what_is_wanted() -> None:
    """Both sides are in the sentence."""
    assert str(unwanted("a", "an integer")) == '"a" stands where an integer is wanted'


def test_keys_are_required_and_no_others_allowed() -> None:
    """The first missing key is named, and the first that is not known; an optional one may be there or not."""
    require_keys({"a": 1}, ("a",), "this thing", ("b",))
    require_keys({"a": 1, "b": 2}, ("a",), "this thing", ("b",))
    with pytest.raises(PlaceError, match=r'^this thing lacks the key "b"$'):
        require_keys({"a": 1, "x": 1}, ("a", "b", "c"), "this thing")
    with pytest.raises(PlaceError, match=r'^this thing has no key "x"$'):
        require_keys({"a": 1, "x": 1}, ("a",), "this thing")
    with pytest.raises(PlaceError, match=r"^this thing has no key 1$"):
        require_keys({1: 1}, (), "this thing")


def test_depth_ends() -> None:
    """Each level takes one, and the last one says how many there are."""
    depth = MAXIMUM_DEPTH
    for _ in range(MAXIMUM_DEPTH):
        depth = deeper(depth)
    with pytest.raises(PlaceError, match=r"^arrays and objects stand more than 64 deep in one another$"):
        deeper(depth)
