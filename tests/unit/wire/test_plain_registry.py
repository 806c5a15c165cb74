"""Which classes JSON can name."""

from dataclasses import dataclass, replace

import pytest

from bgpkit.wire.attributes import ATTRIBUTE_ROWS, Attribute, MpReach
from bgpkit.wire.families import ROWS, OpaqueNlri, PathNlri
from bgpkit.wire.plain import registry
from bgpkit.wire.plain.hints import classes_in, type_name
from bgpkit.wire.plain.json_data import PlaceError
from bgpkit.wire.plain.registry import class_named, known_classes, require_known
from bgpkit.wire.update_message import UpdateMessage
from bgpkit_fsm import IPV4_UNICAST, Family, FourOctetAsCapability, Keepalive, Notification, Open, RouteRefresh
from bgpkit_rib import AsPath, AsSegment, Community, Origin, PathAttributes, Prefix, RouteTarget


@dataclass(frozen=True)
class Tile:
    """An NLRI of a user's own family."""

    x: int
    y: int


PLAIN = {bool, int, str, float, bytes, tuple, object, type(None)}


@pytest.mark.parametrize(
    "cls",
    [
        Open,
        Keepalive,
        Notification,
        RouteRefresh,
        UpdateMessage,
        FourOctetAsCapability,
        Attribute,
        MpReach,
        PathNlri,
        OpaqueNlri,
        PathAttributes,
        AsPath,
        AsSegment,
        Origin,
        Prefix,
        Community,
        RouteTarget,
    ],
)
def test_the_values_of_the_codec_are_known(cls: type) -> None:
    """Messages are, and what stands in their fields, however deep."""
    require_known(cls)
    assert class_named(type_name(cls)) is cls


def test_the_values_of_all_rows_are_known() -> None:
    """Whatever the rows of attributes and families name has a name in JSON: a new row needs nothing else."""
    hints: list[object] = [row.value for row in ATTRIBUTE_ROWS.values()]
    for row in ROWS.values():
        hints += row.values
    classes = {cls for hint in hints for cls in classes_in(hint)} - PLAIN
    assert {cls for cls in classes if cls not in known_classes().get(type_name(cls), ())} == set()


def test_no_name_stands_for_two_classes() -> None:
    """Every class that comes with the codec has a name of its own."""
    assert {name: classes for name, classes in known_classes().items() if len(classes) > 1} == {}


def test_what_json_has_itself_has_no_name() -> None:
    """Numbers, texts, octets and tuples are none of the classes."""
    for cls in PLAIN:
        with pytest.raises(PlaceError, match=rf"^a value of class {cls.__name__} has no form in JSON$"):
            require_known(cls)


def test_a_name_that_is_not_known_is_told() -> None:
    """The sentence repeats it."""
    with pytest.raises(PlaceError, match=r'^type: "openn" is not a type that is known$'):
        class_named("openn")


def test_a_row_that_a_user_adds_brings_its_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are known as soon as the family is registered; one that takes a name twice makes the name useless."""
    rows = dict(ROWS)
    monkeypatch.setattr(registry, "ROWS", rows)
    row = ROWS[IPV4_UNICAST]
    with pytest.raises(PlaceError, match=r"^a value of class Tile has no form in JSON$"):
        require_known(Tile)
    rows[Family(99, 1)] = replace(row, family=Family(99, 1), values=(Tile, Keepalive))
    require_known(Tile)
    assert class_named("tile") is Tile
    rows[Family(99, 2)] = replace(row, family=Family(99, 2), values=(_second_tile(),))
    with pytest.raises(PlaceError, match=r'^type: "tile" stands for .*Tile and .*Tile$'):
        require_known(Tile)


def _second_tile() -> type:
    return dataclass(frozen=True)(type("Tile", (), {}))
