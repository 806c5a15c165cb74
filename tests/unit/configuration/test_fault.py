"""Faults: each once, in the order of the file."""

import pytest

from bgpkit.configuration.fault import ConfigurationFileError, Fault, Faults
from bgpkit.errors import ConfigError


def test_faults_are_told_once_and_in_order() -> None:
    """By file as they were first seen, then by line."""
    faults = Faults()
    for fault in (Fault("b", 9, "x"), Fault("b", 2, "y"), Fault("a", 1, "z"), Fault("b", 9, "x")):
        faults.add(fault)
    with pytest.raises(ConfigurationFileError) as caught:
        faults.done()
    assert str(caught.value) == "b:2: y\nb:9: x\na:1: z"
    assert isinstance(caught.value, ConfigError)


def test_nothing_is_raised_without_a_fault() -> None:
    """And what is wrong with a file as a whole has no line."""
    faults = Faults()
    faults.done()
    assert not faults
    assert str(Fault("a", 0, "it is gone")) == "a: it is gone"
