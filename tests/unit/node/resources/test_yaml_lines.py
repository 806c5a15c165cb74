"""YAML texts as trees with lines: what YAML allows is read, what would hurt is refused."""

import pytest

from bgpkit_node.resources.yaml_lines import Mapping, Scalar, Sequence, Tree, TreeError, plain_of, read_trees


def _one(text: str) -> Tree | TreeError:
    (tree,) = read_trees(text)
    return tree


def test_every_value_knows_its_line() -> None:
    """Lines count from 1, and go on through the documents."""
    first, second = read_trees("a: 1\nb:\n- x\n- y: z\n---\nc: null\n")
    assert first == Mapping(
        {
            "a": (1, Scalar("1", "int", 1)),
            "b": (
                2,
                Sequence((Scalar("x", "str", 3), Mapping({"y": (4, Scalar("z", "str", 4))}, 4)), 3),
            ),
        },
        1,
    )
    assert second == Mapping({"c": (6, Scalar("null", "null", 6))}, 6)


@pytest.mark.parametrize("text", [r'{"\ud83d\ude00": "\ud83d\ude00"}', '{"😀": "😀"}'])
def test_a_character_may_be_written_as_a_pair_of_surrogates(text: str) -> None:
    """As JSON writes it. RFC 8259, section 7."""
    assert _one(text) == Mapping({"😀": (1, Scalar("😀", "str", 1))}, 1)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (
            "{a: 1, b: [true, no, null], c: '1', d: 1.5, e: 1e3, f: -0, g: x}",
            {"a": 1, "b": [True, False, None], "c": "1", "d": 1.5, "e": 1000.0, "f": 0, "g": "x"},
        ),
        (
            "[0x10, 1_0, .5, .inf, 99999999999999999999, 010]",
            ["0x10", "1_0", ".5", ".inf", "99999999999999999999", "010"],
        ),
    ],
)
def test_a_tree_is_the_value_that_json_gives(text: str, plain: object) -> None:
    """RFC 8259, section 6, has no other numbers: those stay as they are written, to be refused as such."""
    tree = _one(text)
    assert not isinstance(tree, TreeError)
    assert plain_of(tree) == plain


def test_json_with_tabs_is_read() -> None:
    """JSON may be indented with tabs, YAML may not."""
    assert _one('{\n\t"a":\t[true]\n}') == Mapping({"a": (2, Sequence((Scalar("true", "bool", 2),), 2))}, 1)


def test_anchors_and_merges_are_followed() -> None:
    """The own keys of a mapping win over merged ones, the first merged one over the next."""
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 3\n"
    tree = _one(text)
    assert isinstance(tree, Mapping)
    merged = tree.entries["z"][1]
    assert isinstance(merged, Mapping)
    values = {key: value for key, (_, value) in merged.entries.items()}
    assert {key: value.text for key, value in values.items() if isinstance(value, Scalar)} == {
        "a": "3",
        "b": "1",
        "c": "2",
    }


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: b: c", 1, "not YAML: mapping values are not allowed here"),
        ("a:\n\t- b", 2, "not YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "a is given twice, first in line 1"),
        ("? [a]\n: b", 1, "a key must be a text"),
        ("<<: a", 1, "<< takes a mapping"),
        ("a: &a [*a]", 1, "values lie more than 64 deep"),
        ("[" * 70 + "]" * 70, 1, "values lie more than 64 deep"),
        ("[" * 20000, 0, "values lie more than 64 deep"),
        ("a: \x00", 0, "not YAML"),
        ('{\n "a": 1\n "b": 2\n}', 3, "not JSON: Expecting ',' delimiter (column 2)"),
        ('{"a": ]}', 1, "not JSON: Expecting value (column 7)"),
        ('[{"a": 1}', 1, "not JSON: Expecting ',' delimiter (column 10)"),
        ('{"a": 1, "a": 2}', 1, "a is given twice"),
        ("{a: 1, b: ]}", 1, "not YAML"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_line(text: str, line: int, words: str) -> None:
    """Faults of YAML and faults that YAML allows alike."""
    error = _one(text)
    assert isinstance(error, TreeError)
    assert error.line == line
    assert words in str(error)


def test_a_bomb_of_aliases_is_not_set_off() -> None:
    """Nine lines that could become a thousand million values stay nine lists: aliases share what they point to."""
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9))
    tree = _one(bomb)
    assert isinstance(tree, Mapping)
    lists = [value for _, value in tree.entries.values() if isinstance(value, Sequence)]
    assert all(item is lists[number - 1] for number in range(1, 9) for item in lists[number].items)


def test_documents_before_and_after_a_bad_one_are_read() -> None:
    """A key given twice spoils its own document only."""
    trees = list(read_trees("a: 1\n---\nb: 1\nb: 2\n---\nc: 1\n"))
    assert [type(tree) for tree in trees] == [Mapping, TreeError, Mapping]


def test_nothing_follows_what_is_not_yaml() -> None:
    """Where the next document begins cannot be known; the number of the bad one is."""
    first, error = read_trees("a: 1\n---\n'\n---\nc: 1\n")
    assert isinstance(first, Mapping)
    assert isinstance(error, TreeError)
    assert error.document == 2


@pytest.mark.parametrize("text", ["10:20", "1:02:30", "8080:59.5"])
def test_a_range_of_ports_is_no_time_of_day(text: str) -> None:
    """YAML 1.1 takes it for a number to the base of 60, and the readers of Kubernetes do not."""
    assert _one(text) == Scalar(text, "str", 1)


@pytest.mark.parametrize(("before", "number"), [("", 1), ("a: 1\n---\n", 2)])
def test_a_document_too_deep_for_the_reader_is_named_by_its_number(before: str, number: int) -> None:
    """The document that it is, and not the next one."""
    *_, last = read_trees(before + "[" * 20000)
    assert isinstance(last, TreeError)
    assert last.document == number
