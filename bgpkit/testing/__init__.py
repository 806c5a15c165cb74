"""What helps to test software that speaks BGP: strategies for hypothesis, in `bgpkit.testing.strategies`.

The library itself uses nothing of this; hypothesis comes with ``bgpkit[testing]``.
"""
