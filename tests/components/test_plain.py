"""Text that is shown as it was typed."""

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from components.plain import JOINER, label, plain, positions


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_markdown_shows_the_text_itself(text: str) -> None:
    (paragraph,) = MarkdownIt("commonmark").parseInline("x" + plain(text) + "x")
    shown = "".join(child.content for child in paragraph.children or [])
    assert shown.replace(JOINER, "") == "x" + text.replace(JOINER, "") + "x"


def test_no_directive_formula_or_entity_survives() -> None:
    bare = plain(":red[x] $y$ &lt;").replace(JOINER, "")
    assert bare == r"\:red\[x\] \$y\$ \&lt\;"


def test_nothing_is_left_to_make_a_link_or_an_icon_of() -> None:
    text = plain("www.x.org https://x.org a@x.org :streamlit: -> --").replace("\\", "")
    for trace in ("www.", "://", "https:", "a@", "streamlit:", "->", "--"):
        assert trace not in text


def test_equal_tokens_stay_apart_and_are_escaped() -> None:
    assert positions(["<b>", "<b>"]) == ["0 &lt;b>", "1 &lt;b>"]
    assert label("R&D") == "R&amp;D"
