"""Routes for people."""

from bgpkit.command.route_text import change_line, route_row, way_text

ROUTE: dict[str, object] = {
    "destination": "10.0.0.0/8",
    "peer": "192.0.2.2",
    "best": True,
    "eligible": True,
    "attributes": {"origin": "igp", "as_path": "1 {2,3}", "next_hop": "192.0.2.2", "med": 0, "local_pref": 100},
}


def test_a_row_marks_the_best_and_what_may_not_be_chosen() -> None:
    """For the reason behind it; with the path's number where there is one."""
    assert route_row(ROUTE) == (">", "10.0.0.0/8", "192.0.2.2", "192.0.2.2", "100", "0", "1 {2,3} i")
    other = {**ROUTE, "best": False, "path_id": 3, "attributes": {"origin": "incomplete", "as_path": ""}}
    assert route_row(other) == (" ", "10.0.0.0/8 path 3", "-", "192.0.2.2", "-", "-", "?")
    assert route_row({**other, "peer": "aggregate"})[1] == "10.0.0.0/8"  # its number is nobody's but ours
    refused = {**other, "eligible": False, "reason": "AS loop"}
    assert (route_row(refused)[0], route_row(refused)[-1]) == ("x", "?  (AS loop)")


def test_a_change_is_a_line() -> None:
    """Plus and what is now, or minus."""
    assert (
        change_line({"destination": "10.0.0.0/8", "route": ROUTE})
        == "+ 10.0.0.0/8 via 192.0.2.2 from 192.0.2.2: 1 {2,3} i"
    )
    own = {**ROUTE, "peer": "local", "attributes": {"origin": "egp", "as_path": ""}}
    assert change_line({"destination": "10.0.0.0/8", "route": own}) == "+ 10.0.0.0/8 from local: e"
    assert change_line({"destination": "10.0.0.0/8", "route": None}) == "- 10.0.0.0/8"
    assert way_text({}) == "?"
