"""How many sessions a mesh and reflectors have. walkthrough 24."""

import pytest

from bgpkit_node.advice import mesh_sessions, reflected_sessions


@pytest.mark.parametrize(
    ("nodes", "mesh", "two", "three"),
    [(1, 0, 0, 0), (3, 3, 3, 3), (10, 45, 17, 24), (100, 4950, 197, 294), (500, 124750, 997, 1494)],
)
def test_sessions_are_counted(nodes: int, mesh: int, two: int, three: int) -> None:
    """n(n-1)/2 against r(n-r) + r(r-1)/2."""
    assert mesh_sessions(nodes) == mesh
    if nodes > 2:
        assert (reflected_sessions(nodes, 2), reflected_sessions(nodes, 3)) == (two, three)
