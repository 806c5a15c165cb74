"""Nothing is said twice, and not without end."""

from bgpkit.speaker.told import Told


def test_everything_is_said_once() -> None:
    """Until it is forgotten that it was."""
    told = Told()
    assert [told.first(what) for what in ("a", "b", "a")] == [True, True, False]
    told.clear()
    assert told.first("a")


def test_no_more_than_so_many_things_are_said() -> None:
    """What comes later is not, however new."""
    told = Told(2)
    assert [told.first(number) for number in range(4)] == [True, True, False, False]
