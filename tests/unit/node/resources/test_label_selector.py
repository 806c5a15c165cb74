"""Label selectors of Kubernetes match as the selectors they become."""

import pytest

from bgpkit_node.resources.label_selector import LabelExpression, LabelOperator, LabelSelector, check_label_selector

_SELECTOR = LabelSelector(
    match_labels={"tier": "db", "app": "web"},
    match_expressions=(
        LabelExpression(key="env", operator=LabelOperator.IN, values=("test", "dev")),
        LabelExpression(key="zone", operator=LabelOperator.NOT_IN, values=("b", "a")),
        LabelExpression(key="team", operator=LabelOperator.EXISTS),
        LabelExpression(key="old", operator=LabelOperator.DOES_NOT_EXIST),
    ),
)
_LABELS = {"tier": "db", "app": "web", "env": "dev", "team": ""}


def test_all_of_it_must_hold() -> None:
    """Each label and each expression counts; NotIn is true of an absent label."""
    selector = _SELECTOR.selector
    assert selector.matches(_LABELS)
    assert selector.matches({**_LABELS, "zone": "c"})
    for change in ({"tier": "x"}, {"app": "x"}, {"env": "prod"}, {"zone": "a"}, {"old": ""}):
        assert not selector.matches({**_LABELS, **change})
    for key in ("tier", "app", "env", "team"):
        assert not selector.matches({name: value for name, value in _LABELS.items() if name != key})


def test_an_empty_selector_is_true_of_everything() -> None:
    """One with a single condition is that condition."""
    assert LabelSelector().selector.canonical == "all()"
    assert LabelSelector(match_labels={"a": "b"}).selector.canonical == 'a == "b"'


def test_it_is_written_as_kubectl_lists_it() -> None:
    """In the order of the keys, then of the expressions."""
    assert _SELECTOR.text == "app=web,tier=db,env in (dev,test),zone notin (a,b),team,!old"
    assert LabelSelector().text == "<none>"


@pytest.mark.parametrize(
    ("selector", "fields"),
    [
        (None, []),
        (_SELECTOR, []),
        (LabelSelector(match_labels={"a b": "c d"}), ["f.matchLabels", "f.matchLabels.a b"]),
        (
            LabelSelector(match_expressions=(LabelExpression(key="", operator=LabelOperator.IN),)),
            ["f.matchExpressions[0].key", "f.matchExpressions[0].values"],
        ),
    ],
)
def test_what_is_wrong_is_named_by_field(selector: LabelSelector | None, fields: list[str]) -> None:
    """None is nothing wrong."""
    assert [fault.field for fault in check_label_selector("f", selector)] == fields
