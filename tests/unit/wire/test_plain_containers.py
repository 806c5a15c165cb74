"""The forms of tuples, unions and classes that are made of fields."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from bgpkit.wire.plain.containers import fields_form, fixed_form, list_form, union_form
from bgpkit.wire.plain.form import BOOL, FLOAT, HEX, INT, NONE, STR, Form, enum_form, text_form
from bgpkit.wire.plain.json_data import Json, PlaceError
from bgpkit_rib import Origin, Prefix


@dataclass(frozen=True)
class Metric:
    """A value that refuses what is out of range."""

    number: int
    comment: str = ""

    def __post_init__(self) -> None:
        """Refuse what does not fit an octet."""
        if not 0 <= self.number < 256:
            raise ValueError(f"a metric is an octet, not {self.number}")


class Pair(NamedTuple):
    """A value that is a tuple, too."""

    left: int
    right: int


@dataclass(frozen=True)
class Typed:
    """A class with a field that has the name of JSON's own key."""

    type: int


METRIC = fields_form(Metric, ("number", "comment"), lambda name, _: INT if name == "number" else STR)
PAIR = fields_form(Pair, ("left", "right"), lambda _name, _held: INT)
ORIGIN = enum_form(Origin)
UNION = union_form((NONE, INT, STR, METRIC, PAIR, list_form(INT)))


@pytest.mark.parametrize(
    ("form", "value", "data"),
    [
        (list_form(INT), (), []),
        (list_form(INT), (1, 2), [1, 2]),
        (fixed_form((INT, STR)), (1, "a"), [1, "a"]),
        (METRIC, Metric(7), {"type": "metric", "number": 7, "comment": ""}),
        (PAIR, Pair(1, 2), {"type": "pair", "left": 1, "right": 2}),
        (UNION, None, None),
        (UNION, 3, 3),
        (UNION, "3", "3"),
        (UNION, Pair(1, 2), {"type": "pair", "left": 1, "right": 2}),
        (UNION, (1, 2), [1, 2]),
        (union_form((FLOAT, NONE)), 1.5, 1.5),
        (union_form((HEX, NONE)), b"\1", "01"),
        (union_form((HEX, STR)), b"\1", {"hex": "01"}),
        (union_form((HEX, STR)), "01", "01"),
        (union_form((ORIGIN, text_form(Prefix))), Origin.IGP, {"type": "origin", "text": "igp"}),
        (union_form((ORIGIN, text_form(Prefix))), Prefix(b"\0"), {"type": "prefix", "text": "0.0.0.0/0"}),
        (union_form((ORIGIN, INT)), Origin.EGP, "egp"),
        (union_form((ORIGIN, INT)), 7, 7),
    ],
)
def test_a_value_is_written_and_read_back(form: Form, value: object, data: Json) -> None:
    """Each form writes just this, and reads it back as a value of the same class."""
    assert form.write(value, 3) == data
    found = form.read(data, 3)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("form", "data", "complaint"),
    [
        (list_form(INT), {}, "an object stands where an array is wanted"),
        (list_form(INT), [1, 2, None], "[2]: null stands where an integer is wanted"),
        (list_form(list_form(INT)), [[], [1, "a"]], '[1][1]: "a" stands where an integer is wanted'),
        (fixed_form((INT, STR)), [1], "an array stands where an array of 2 items is wanted"),
        (fixed_form((INT, STR)), [1, 2], "[1]: 2 stands where a string is wanted"),
        (METRIC, [], 'an array stands where an object of the type "metric" is wanted'),
        (METRIC, {"number": 1, "comment": ""}, 'this metric lacks the key "type"'),
        (METRIC, {"type": "pair"}, 'type: "pair" stands where "metric" is wanted'),
        (METRIC, {"type": "metric", "number": 1}, 'this metric lacks the key "comment"'),
        (METRIC, {"type": "metric", "number": 1, "comment": "", "a": 1}, 'this metric has no key "a"'),
        (
            METRIC,
            {"type": "metric", "number": "1", "comment": ""},
            'number: "1" stands where an integer is wanted',
        ),
        (METRIC, {"type": "metric", "number": 256, "comment": ""}, "a metric is an octet, not 256"),
        (UNION, True, "true stands where null or an integer or a string or metric or pair or an array is wanted"),
        (
            UNION,
            {"type": "origin"},
            'type: "origin" stands where null or an integer or a string or metric or pair or an array is wanted',
        ),
        (UNION, {}, "an object stands where null or an integer or a string or metric or pair or an array is wanted"),
    ],
)
def test_what_does_not_fit_is_refused(form: Form, data: object, complaint: str) -> None:
    """The sentence says where it stands, what it is and what is wanted."""
    with pytest.raises(PlaceError) as caught:
        form.read(data, 3)
    assert str(caught.value) == complaint


@pytest.mark.parametrize(
    ("form", "value", "complaint"),
    [
        (list_form(INT), [1], "an array stands where a tuple is wanted"),
        (list_form(INT), (1, None), "[1]: null stands where an integer is wanted"),
        (fixed_form((INT, INT)), (1,), "a value of class tuple stands where a tuple of 2 items is wanted"),
        (METRIC, Pair(1, 2), "a value of class Pair stands where a value of class Metric is wanted"),
        (PAIR, (1, 2), "a value of class tuple stands where a value of class Pair is wanted"),
        (PAIR, Pair(1, True), "right: true stands where an integer is wanted"),
        (UNION, 1.5, "1.5 stands where null or an integer or a string or metric or pair or an array is wanted"),
    ],
)
def test_a_value_of_another_class_is_not_written(form: Form, value: object, complaint: str) -> None:
    """A field that holds what its hint does not allow is told with its place."""
    with pytest.raises(PlaceError) as caught:
        form.write(value, 3)
    assert str(caught.value) == complaint


def test_depth_is_counted() -> None:
    """Each array and object takes a level, when it is written and when it is read."""
    for form, value in ((list_form(list_form(INT)), ((),)), (list_form(PAIR), (Pair(1, 2),))):
        data = form.write(value, 2)
        assert form.read(data, 2) == value
        with pytest.raises(PlaceError, match=r"^\[0\]: arrays and objects stand more than 64 deep"):
            form.write(value, 1)
        with pytest.raises(PlaceError, match=r"^\[0\]: arrays and objects stand more than 64 deep"):
            form.read(data, 1)


def test_a_field_may_depend_on_those_before_it() -> None:
    """The form of a field is asked for with the values that are there."""

    def form(name: str, held: Mapping[str, object]) -> Form:
        return INT if name == "number" or held["number"] == 0 else STR

    dependent = fields_form(Metric, ("number", "comment"), form)
    assert dependent.read({"type": "metric", "number": 1, "comment": "a"}, 1) == Metric(1, "a")
    with pytest.raises(PlaceError, match=r"^comment: .* an integer is wanted"):
        dependent.read({"type": "metric", "number": 0, "comment": "a"}, 1)


def test_a_remark_is_written_and_not_read() -> None:
    """It stands behind the type; whatever it says, or its absence, changes nothing."""
    form = fields_form(Pair, ("left", "right"), lambda _name, _held: INT, remark=("sum", lambda held: str(len(held))))
    data = {"type": "pair", "sum": "2", "left": 1, "right": 2}
    assert list(data.items()) == list(_entries(form.write(Pair(1, 2), 1)))
    assert form.read({**data, "sum": []}, 1) == Pair(1, 2)
    del data["sum"]
    assert form.read(data, 1) == Pair(1, 2)


def test_a_field_called_type_has_another_key() -> None:
    """Its name is the key that tells the class."""
    form = fields_form(Typed, ("type",), lambda _name, _held: INT)
    assert form.write(Typed(7), 1) == {"type": "typed", "type_": 7}
    assert form.read({"type": "typed", "type_": 7}, 1) == Typed(7)
    with pytest.raises(PlaceError, match=r"^type_: null stands where"):
        form.read({"type": "typed", "type_": None}, 1)


def test_members_that_json_cannot_tell_apart_are_refused() -> None:
    """Two kinds of array, or two classes of one name, make no union."""
    for forms in ((list_form(INT), list_form(STR)), (PAIR, PAIR), (BOOL, BOOL)):
        with pytest.raises(ValueError, match="cannot be told apart in JSON"):
            union_form(forms)


def test_a_subclass_is_written_as_the_member_it_derives_from() -> None:
    """A member of an IntEnum under ``int | None`` is its number."""
    assert union_form((INT, NONE)).write(Origin.EGP, 1) == 1


def test_an_integer_is_read_where_the_union_has_a_number_with_a_fraction() -> None:
    """Programs in other languages write 1.0 as 1."""
    found = union_form((FLOAT, NONE)).read(1, 1)
    assert found == 1.0
    assert type(found) is float


def test_infinity_is_read_where_the_union_has_a_number_with_a_fraction() -> None:
    """JSON has no number for it, so that it is a word."""
    form = union_form((FLOAT, NONE))
    assert form.read(form.write(math.inf, 1), 1) == math.inf


def _entries(data: Json) -> list[tuple[str, Json]]:
    assert isinstance(data, dict)
    return list(data.items())
