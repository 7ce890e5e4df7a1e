from components.citation import DATE_PLACE, LINK_PLACE, bibtex, citation

LINK = "https://example.org/attention?a=it&layer=3"


def test_the_line_has_all_that_is_asked_for() -> None:
    line = citation("Attention, layer 3, head 1", "minilm", LINK, "2026-11-23")
    for part in ("Attention Explorer (2026)", "Attention, layer 3, head 1", "MiniLM-L6"):
        assert part in line
    assert "Wang et al. 2020" in line
    assert line.endswith(f"{LINK} (accessed 2026-11-23).")


def test_a_model_without_a_paper_is_named_alone() -> None:
    assert "Model: someone/model. " in citation("Tokens", "someone/model", LINK, "2026-11-23")


def test_link_and_day_are_left_to_the_browser() -> None:
    for text in (citation("Tokens", "minilm"), bibtex("Tokens", "minilm")):
        assert LINK_PLACE in text
        assert DATE_PLACE in text


def test_bibtex_is_balanced_and_reads_no_sign_as_a_command() -> None:
    entry = bibtex("Tokens", r"a_b/\evil{100%}", LINK, "2026-11-23")
    assert entry.count("{") == entry.count("}")
    assert r"\evil" not in entry
    assert r"a\_b" in entry
    assert r"100\%" in entry
    assert rf"\url{{{LINK}}}" in entry
