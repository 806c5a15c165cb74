"""Structs as plain values: what is written and what is left out."""

from enum import Enum

import msgspec

from bgpkit_node.resources.part import Part, to_plain


class _Mode(Enum):
    """An enumeration for the tests."""

    NEVER = "Never"


class _Inner(Part, frozen=True, kw_only=True):
    """A part of a part."""

    some_name: str = ""


class _Outer(Part, frozen=True, kw_only=True):
    """A field of every kind."""

    cidr: str
    flag: bool = False
    choice: bool | None = None
    mode: _Mode = _Mode.NEVER
    peer_ip: str = msgspec.field(default="", name="peerIP")
    inner: _Inner | None = None
    items: tuple[_Inner, ...] = ()
    labels: dict[str, str] = msgspec.field(default_factory=dict[str, str])


def test_empty_values_are_left_out_unless_they_say_something() -> None:
    """Required fields stay; so do defaults that are not empty."""
    assert to_plain(_Outer(cidr="")) == {"cidr": "", "mode": "Never"}


def test_false_stays_where_it_differs_from_not_given() -> None:
    """nodeToNodeMeshEnabled: false must survive."""
    assert to_plain(_Outer(cidr="x", choice=False)) == {"cidr": "x", "choice": False, "mode": "Never"}


def test_everything_is_written_under_its_name_and_in_order() -> None:
    """Names are those of the documents; an empty part that is there stays there."""
    outer = _Outer(
        cidr="x", flag=True, peer_ip="p", inner=_Inner(), items=(_Inner(some_name="n"),), labels={"z": "1", "a": "2"}
    )
    plain = to_plain(outer)
    assert list(plain.items()) == [
        ("cidr", "x"),
        ("flag", True),
        ("mode", "Never"),
        ("peerIP", "p"),
        ("inner", {}),
        ("items", [{"someName": "n"}]),
        ("labels", {"z": "1", "a": "2"}),
    ]
    assert msgspec.convert(plain, _Outer) == outer


def test_unknown_fields_of_a_newer_version_are_passed_over() -> None:
    """An old agent reads what a newer one wrote."""
    assert msgspec.json.decode(b'{"cidr": "x", "future": [1]}', type=_Outer) == _Outer(cidr="x")
