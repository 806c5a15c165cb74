"""Selectors as a whole: canonical forms and identifiers that other programs compute, too."""

import pytest

from bgpkit_node.resources.selector import parse_selector

# Identifiers computed by libcalico-go/lib/selector (projectcalico/calico, parser_test.go, Apache-2.0).
_IDENTIFIERS = [
    ("", "all()", "s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug"),
    (" (all() )", "all()", "s:5y5I3VdRZfDU01O--xXAPx2yxCQQqMf0M6IWug"),
    ("! (has( b)||! has(a ))", "!(has(b) || !has(a))", "s:Iss0uCleLYv1GSv_pNm7hAO58kE9jAx1NKyG3Q"),
    ('! (a == "b"&&! c != "d")', '!(a == "b" && !c != "d")', "s:lh3haoY1ikTRkd4UZu0nWSaIBknYLPJLX16d-w"),
]


@pytest.mark.parametrize(("text", "canonical", "identifier"), _IDENTIFIERS)
def test_canonical_form_and_identifier_are_those_of_calico(text: str, canonical: str, identifier: str) -> None:
    """The identifier is a hash of the canonical form: every character of it counts."""
    selector = parse_selector(text)
    assert selector.canonical == str(selector) == canonical
    assert selector.unique_id == identifier


def test_selectors_that_read_the_same_are_equal() -> None:
    """Blanks, quotes, brackets and the order of a set make no difference."""
    assert parse_selector("(a in {'x',\"y\"})") == parse_selector(" a  in{'y' , 'x','x' }")


def test_the_selector_of_the_route_reflectors_matches_their_label() -> None:
    """The peerSelector that tutorials use."""
    selector = parse_selector("route-reflector == 'true'")
    assert selector.matches({"route-reflector": "true", "kubernetes.io/hostname": "k8s-node1"})
    assert not selector.matches({"kubernetes.io/hostname": "k8s-node2"})


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("global()", True),
        ("has(a) || !(global() && all())", True),
        ("all()", False),
        ("a == 'global()'", False),
    ],
)
def test_global_is_found_wherever_it_stands(text: str, uses: bool) -> None:
    """A value that looks like it is no global()."""
    assert parse_selector(text).uses_global is uses


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ('foo == "bar"', True),
        ("has(calico/k8s_ns)", True),
        ("this is not valid selector syntax", False),
        ('environment contains "prod"', True),
        ("  global()  ", True),
        ("global() && bad", False),
        ("projectcalico.org/name == 'test'", True),
    ],
)
def test_the_verdict_on_a_selector_is_that_of_calico(text: str, valid: bool) -> None:
    """Selectors of libcalico-go/lib/validator/v3/validator_test.go, wherever they stand there (Apache-2.0)."""
    try:
        parse_selector(text)
    except ValueError:
        assert not valid
    else:
        assert valid
