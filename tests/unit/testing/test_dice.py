"""Numbers that follow from a seed."""

import subprocess
import sys

from bgpkit.testing import Dice


def test_the_same_seed_and_name_give_the_same_numbers() -> None:
    """Another seed, or another name, gives others."""
    first, again = Dice.of(1, "link"), Dice.of(1, "link")
    numbers = [first.random() for _ in range(5)]
    assert numbers == [again.random() for _ in range(5)]
    assert numbers[0] not in {Dice.of(2, "link").random(), Dice.of(1, "host").random()}


def test_another_process_draws_the_same_numbers() -> None:
    """Hashes of texts differ between processes, these do not."""
    program = "from bgpkit.testing import Dice; print(Dice.of(1, 'link').random())"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(answer.stdout) == Dice.of(1, "link").random()
