"""MPLS labels in three octets each."""

import pytest

from bgpkit.wire.families.label_stack import (
    MplsLabel,
    check_label_stack,
    label_stack,
    read_label_stack,
    stack_text,
    write_label_stack,
)


@pytest.mark.parametrize(
    ("octets", "labels"),
    [
        ("", ()),
        ("000141", (MplsLabel(20),)),
        ("000110 000131", (MplsLabel(17, bottom_of_stack=False), MplsLabel(19))),
        ("fffff1", (MplsLabel(1048575),)),
        ("00001b", (MplsLabel(1, reserved=5),)),
        ("800000", (MplsLabel(524288, bottom_of_stack=False),)),
    ],
)
def test_each_bit_has_its_field(octets: str, labels: tuple[MplsLabel, ...]) -> None:
    """20 bits of label, three of Rsrv, the S bit; the first two stacks and their labels are from the yabgp vectors."""
    assert read_label_stack(bytes.fromhex(octets)) == labels
    assert write_label_stack(labels) == bytes.fromhex(octets)


def test_a_stack_ends_with_its_last_label() -> None:
    """Only the last of the labels has the S bit."""
    assert write_label_stack(label_stack(16, 17, 18)) == bytes.fromhex("000100 000110 000121")
    assert label_stack() == ()


@pytest.mark.parametrize("label", [-1, 1 << 20])
def test_a_label_has_20_bits(label: int) -> None:
    """No number is cut to fit."""
    with pytest.raises(ValueError, match="20 bits"):
        MplsLabel(label)


@pytest.mark.parametrize("reserved", [-1, 8])
def test_the_reserved_field_has_three_bits(reserved: int) -> None:
    """No number is cut to fit."""
    with pytest.raises(ValueError, match="three bits"):
        MplsLabel(16, reserved)


@pytest.mark.parametrize(
    "labels", [(MplsLabel(16), MplsLabel(17)), (MplsLabel(16, bottom_of_stack=False),) * 2, label_stack(16)[:1] * 3]
)
def test_a_stack_whose_bits_contradict_it_is_refused(labels: tuple[MplsLabel, ...]) -> None:
    """It would end elsewhere when it is read."""
    with pytest.raises(ValueError, match="bottom of the stack"):
        check_label_stack(labels)


@pytest.mark.parametrize("labels", [(), (MplsLabel(16),), (MplsLabel(0, bottom_of_stack=False),), label_stack(1, 2)])
def test_no_label_one_or_a_stack_that_ends_is_taken(labels: tuple[MplsLabel, ...]) -> None:
    """A single one need not have the S bit."""
    check_label_stack(labels)


def test_labels_for_people() -> None:
    """The top label first; what is beside a label only when it says something."""
    assert stack_text((MplsLabel(100, 3, bottom_of_stack=False), MplsLabel(200))) == "100(rsrv 3)/200"
