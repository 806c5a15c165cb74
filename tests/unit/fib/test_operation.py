"""Operations, and batches of them."""

from bgpkit.fib.form import make_form
from bgpkit.fib.operation import Answers, Batch, Operation, Refusal, Verb
from tests.unit.fib.model_kernel import batch_of

FORMS = (make_form(6, [], 0),)
ROWS = [
    Operation(Verb.ADD, 32, b"\x08\x0a", FORMS),
    Operation(Verb.REPLACE, 32, b"\x08\x0b", FORMS),
    Operation(Verb.ADD, 32, b"\x08\x0c", FORMS),
]


def test_an_operation_has_one_form() -> None:
    """The form is the only one in the shared tuple."""
    assert ROWS[0].form is FORMS[0]


def test_rows_come_back_as_they_were_put_in() -> None:
    """One by one, or cut out."""
    batch = batch_of(*ROWS)
    assert (list(batch), len(batch)) == (ROWS, 3)
    assert list(batch.cut(1, 3)) == ROWS[1:]
    assert not batch.cut(3, 3)


def test_the_verb_of_all_rows_is_known() -> None:
    """None where they have several, or there are none."""
    assert batch_of(*ROWS).verb is None
    assert Batch(32).verb is None
    assert batch_of(*ROWS).without(Verb.REPLACE).verb is Verb.ADD


def test_rows_of_a_verb_can_be_left_out() -> None:
    """Whether the others are plain is still known."""
    batch = Batch(32, observed=7)
    batch.extend([row.verb for row in ROWS], [row.key for row in ROWS], [row.forms for row in ROWS])
    rest = batch.without(Verb.REPLACE)
    assert (list(rest), rest.plain, rest.observed) == ([ROWS[0], ROWS[2]], True, 7)
    batch.add(Verb.DELETE, b"\x08\x0d", FORMS)
    assert (batch.plain, batch.without(Verb.ADD).plain) == (False, False)


def test_answers_are_fine_when_all_is_there_and_nothing_refused() -> None:
    """What was lost may have been refused."""
    assert Answers({}, complete=True).fine
    assert not Answers({}, complete=False).fine
    assert not Answers({0: Refusal(1, "no")}, complete=True).fine


def test_the_prefixes_of_a_batch_are_those_of_all_rows() -> None:
    """They are remembered, and put together anew for a batch that has grown."""
    batch = batch_of(*ROWS[:2])
    assert batch.prefixes == {ROWS[0].key, ROWS[1].key}
    assert batch.prefixes is batch.prefixes
    batch.add(Verb.ADD, ROWS[2].key, FORMS)
    assert batch.prefixes == {row.key for row in ROWS}
