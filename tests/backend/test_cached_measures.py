"""What is measured once for everybody."""

from backend.cached_measures import asked_text, cached_pair, cached_text, texts


def test_a_pair_is_measured_once() -> None:
    one = cached_pair("minilm", "The cat sat.", None)
    assert cached_pair("minilm", "The cat sat.", None) is one
    assert cached_pair("minilm", "The cat sat.", "It slept.") is not one


def test_a_text_is_known_by_its_digest_and_is_ready_once_it_is_measured() -> None:
    asked = asked_text("minilm", "The cat sat on another mat.")
    assert asked == asked_text("minilm", "The cat sat on another mat.")
    assert asked != asked_text("minilm", "The cat sat on another mat!")
    assert asked != asked_text("other", "The cat sat on another mat.")
    assert not texts.is_ready(asked)
    told = list[tuple[int, int]]()
    found = cached_text(asked, lambda *now: told.append(now))
    assert texts.is_ready(asked)
    assert cached_text(asked) is found
    assert told == [(1, 1)]
    assert "another mat" not in repr(asked)
