"""What show route can be asked, and how a query that is none is refused."""

import pytest

from bgpkit import Prefix
from bgpkit_node.bird_socket.layout import Layout
from bgpkit_node.bird_socket.route_query import QueryError, RouteQuery, parse_route_query


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("", RouteQuery()),
        ("all primary", RouteQuery(detailed=True, primary=True)),
        ("count", RouteQuery(count=True)),
        ("stats", RouteQuery(stats=True)),
        ("10.1.0.0/16 all", RouteQuery(exact=Prefix.parse("10.1.0.0/16"), detailed=True)),
        ("10.1.0.1", RouteQuery(exact=Prefix.parse("10.1.0.1/32"))),
        ("for 10.1.0.1", RouteQuery(covering=Prefix.parse("10.1.0.1/32"))),
        ("for fd00::/64", RouteQuery(covering=Prefix.parse("fd00::/64"))),
        ("protocol Mesh_1 export 'Node_2'", RouteQuery(protocol="Mesh_1", export="Node_2")),
        ("table master", RouteQuery()),
    ],
)
def test_words_make_a_query(words: str, query: RouteQuery) -> None:
    """In any order."""
    assert parse_route_query(words.split(), Layout.BIRD_1_6) == query


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("bogus", "IP address expected"),
        ("10.1.0.1/16", "IP address expected"),
        ("for 10.1.0.256", "IP address expected"),
        ("for", "syntax error"),
        ("protocol", "syntax error"),
        ("table master4", "master4 is not a table"),
    ],
)
def test_what_is_no_query_is_refused(words: str, sentence: str) -> None:
    """In BIRD's words, host bits included."""
    with pytest.raises(QueryError, match=f"^{sentence}$"):
        parse_route_query(words.split(), Layout.BIRD_1_6)
