"""The last words of a session."""

import pytest

from bgpkit.errors import ConfigError
from bgpkit.speaker.ending import ADMINISTRATIVE_SHUTDOWN, PEER_DE_CONFIGURED, final_word, shutdown
from bgpkit_fsm import CeaseSubcode, ErrorCode, Notification
from tests.support.session_terms import BOTH, graceful, terms

N_BITS = terms(graceful(notification=True), graceful(*BOTH, notification=True))


@pytest.mark.rfc("9003", "2")
def test_a_shutdown_says_why_where_there_is_something_to_say() -> None:
    """The text goes with it; without one it is the bare subcode."""
    assert shutdown("") == ADMINISTRATIVE_SHUTDOWN
    assert shutdown("bye \N{SNOWMAN}").shutdown_communication == "bye \N{SNOWMAN}"


@pytest.mark.rfc("9003", "2")
@pytest.mark.parametrize("text", ["x" * 256, "\N{SNOWMAN}" * 86, "\udc80"])
def test_a_text_that_cannot_be_sent_is_refused(text: str) -> None:
    """255 octets of UTF-8, and nothing that it cannot say."""
    with pytest.raises(ConfigError, match="cease: "):
        shutdown(text)


@pytest.mark.rfc("8538", "5.1")
@pytest.mark.parametrize("word", [PEER_DE_CONFIGURED, shutdown("for good"), Notification(ErrorCode.CEASE, 1)])
def test_an_end_for_good_is_a_hard_reset_where_both_have_the_n_bit(word: Notification) -> None:
    """It carries the word inside; without the bits the peer drops the routes by the bare word."""
    wrapped = final_word(word, N_BITS)
    assert wrapped is not None
    assert wrapped.subcode == CeaseSubcode.HARD_RESET
    assert wrapped.reset_reason == word
    assert final_word(word, terms(graceful(), graceful(notification=True))) == word
    assert final_word(word, None) == word


@pytest.mark.rfc("8538", "5.1")
@pytest.mark.parametrize(
    "word",
    [
        None,
        Notification(ErrorCode.CEASE, CeaseSubcode.ADMINISTRATIVE_RESET),
        Notification(ErrorCode.CEASE, CeaseSubcode.OTHER_CONFIGURATION_CHANGE),
        Notification(ErrorCode.HOLD_TIMER_EXPIRED, 2),
        Notification.hard_reset(PEER_DE_CONFIGURED),
    ],
)
def test_other_ends_stay_as_they_are(word: Notification | None) -> None:
    """What is for a moment only lets the peer keep the routes."""
    assert final_word(word, N_BITS) == word
