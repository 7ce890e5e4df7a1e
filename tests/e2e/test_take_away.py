"""What is taken away from a page: pictures, the page of its own, the link and the citation."""

import io
import re
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from backend.errors import ClusterAway
from backend.model import load_model
from tests.e2e.conftest import Open, new_reader, thousandths
from tests.serving import ROOT, served_app, wait_until_drawn

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<img src=x onerror=alert(1)> </script><!-- & \u2028 it"
PAIR = f"/attention?a={quote(HOSTILE)}&b={quote('</svg><script>alert(2)</script>')}"
CITED = ("BibTeX", "Citation")
PAGES = {
    "/": ["Diagram"],
    "/tokens": ["Sentences and pieces"],
    "/embeddings": ["The words after input"],
    "/attention": ["Heads and lines", "Layer 3, head 1: the exact weights"],
    "/compare": ["Comparison"],
    "/heads": ["How alike the heads are", "Words"],
    "/inside": ["The query and the keys"],
    "/output": ["Tags", "T on a map"],
}


def pictures_of(page: Page) -> Page:
    """Opens the list of figures."""
    wait_until_drawn(page)
    page.locator(".take-away summary", has_text="Pictures").click()
    return page


def taken(page: Page, figure: str, kind: str) -> tuple[str, bytes]:
    """The name and the content of a figure's file."""
    with page.expect_download() as download:
        page.get_by_role("button", name=f"{figure} as {kind}", exact=True).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def words_of(svg: bytes) -> list[str]:
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    tags = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert not tags & {"script", "foreignObject", "style", "img"}
    assert not [key for one in root.iter() for key in one.attrib if key.startswith("on")]
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def colours_of(png: bytes) -> int:
    found = Image.open(io.BytesIO(png)).convert("RGB").getcolors(1 << 22)
    return len(found or [])


@pytest.mark.parametrize("path", PAGES)
def test_every_page_lists_its_figures(open_page: Open, path: str) -> None:
    page = pictures_of(open_page(path))
    for name in PAGES[path]:
        for kind in ("SVG", "PNG"):
            button = page.get_by_role("button", name=f"{name} as {kind}", exact=True)
            expect(button).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_heads_and_lines_as_a_picture(open_page: Open, theme: str) -> None:
    page = pictures_of(open_page("/attention", color_scheme=theme))
    name, svg = taken(page, "Heads and lines", "SVG")
    assert name == "attention-layer3-head1.svg"
    words = words_of(svg)
    assert {"chicken", "road", "it", "0.371", "looks (query)"} <= set(words)
    assert "Hide special tokens" not in words
    root = ElementTree.fromstring(svg)
    lines = [one for one in root.iter(f"{SVG}path") if "L" in one.attrib["d"]]
    assert len(lines) >= 10  # drawn as lines, not as an image
    assert len(list(root.iter(f"{SVG}image"))) == 1  # the small pictures of all heads
    name, png = taken(page, "Heads and lines", "PNG")
    assert name == "attention-layer3-head1.png"
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    assert picture.size == tuple(2 * int(root.attrib[side]) for side in ("width", "height"))
    assert picture.getpixel((0, 0)) == {"light": (255, 255, 255), "dark": (14, 17, 23)}[theme]
    assert colours_of(png) > 100


@pytest.mark.parametrize(
    ("path", "figure", "words"),
    [
        ("/attention", "Layer 3, head 1: the exact weights", {"chicken 2", "weight"}),
        ("/compare", "Comparison", {"A", "B − A", "tired", "wide", "3 · 1"}),
        ("/", "Diagram", {"T0", "chicken", "Layer 5", "→"}),
        ("/output", "Tags", {"PRP", "chicken"}),
    ],
)
def test_other_figures_as_pictures(
    open_page: Open, path: str, figure: str, words: set[str]
) -> None:
    page = pictures_of(open_page(path))
    page.wait_for_selector("[data-drawn], .tag-chips, .js-plotly-plot .xtick")
    _, svg = taken(page, figure, "SVG")
    assert words <= set(words_of(svg))
    _, png = taken(page, figure, "PNG")
    assert colours_of(png) > 100


def test_the_list_is_worked_with_the_keyboard(open_page: Open) -> None:
    page = open_page("/tokens")
    wait_until_drawn(page)
    page.locator(".take-away summary", has_text="Pictures").focus()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Sentences and pieces as SVG")
    expect(button).to_be_visible()
    page.keyboard.press("Tab")
    expect(button).to_be_focused()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "tokens-token-chips.svg"
    expect(page.locator(".take-away .told")).to_have_text("Saved as tokens-token-chips.svg")


def test_a_browser_that_makes_no_png_says_so(open_page: Open) -> None:
    page = pictures_of(open_page("/tokens"))
    page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = done => done(null); }")
    page.get_by_role("button", name="Sentences and pieces as PNG").click()
    said = page.locator(".take-away .told")
    expect(said).to_have_text("Your browser cannot make a PNG of this figure. Take the other kind.")


def test_words_of_one_list_have_one_size(open_page: Open) -> None:
    page = pictures_of(open_page("/attention"))
    _, svg = taken(page, "Heads and lines", "SVG")
    words = {"The", "chicken", "cross", "the", "road", "because", "was", "too"}
    texts = [one for one in ElementTree.fromstring(svg).iter(f"{SVG}text") if one.text in words]
    assert len(texts) > 10
    assert len({one.attrib["font-size"] for one in texts}) == 1


def test_what_is_told_stands_below_the_ways_and_goes(open_page: Open) -> None:
    page = pictures_of(open_page("/tokens", permissions=["clipboard-read", "clipboard-write"]))
    page.locator(".take-away summary", has_text="Cite").click()
    copy = page.get_by_role("button", name="Copy link")
    copy.click()
    said = page.locator(".take-away .told")
    expect(said).to_have_text("Copied: the link to this view.")
    tops = [one.bounding_box() for one in (copy, said, page.get_by_role("group").last)]
    above, told, below = (box["y"] if box else 0 for box in tops)
    assert above < told < above + 60
    assert told < below
    expect(said).to_have_text("")


def test_hostile_words_stay_words(open_page: Open) -> None:
    page = pictures_of(open_page(f"/tokens?{PAIR.partition('?')[2]}"))
    _, svg = taken(page, "Sentences and pieces", "SVG")
    assert "alert" in words_of(svg)
    assert b"<img" not in svg
    assert b"<script" not in svg


def test_the_link_is_right_just_after_a_change(open_page: Open) -> None:
    page = open_page("/attention", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("gridcell", name="layer 2, head 5").click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".take-away .told")).to_have_text("Copied: the link to this view.")
    link = urlsplit(page.evaluate("navigator.clipboard.readText()"))
    asked = parse_qs(link.query)
    assert (link.path, asked["layer"], asked["head"]) == ("/attention", ["2"], ["5"])
    page.goto(link.geturl())
    wait_until_drawn(page)
    expect(page.get_by_label("Layer", exact=True)).to_have_value("2")


def test_a_link_that_cannot_be_copied_is_shown(open_page: Open) -> None:
    page = open_page("/tokens")
    page.evaluate(
        """() => { Object.defineProperty(navigator, 'clipboard', { value: undefined });
        document.execCommand = () => false; }"""
    )
    page.get_by_role("button", name="Copy link").click()
    box = page.get_by_label("The link to this view")
    expect(box).to_be_focused()
    assert box.input_value() == page.url


def test_a_link_without_its_sentences_says_so(open_page: Open) -> None:
    page = open_page("/tokens", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("Sentence A", exact=True).fill("it was tired " * 900)
    page.get_by_label("Sentence A", exact=True).press("Enter")
    wait_until_drawn(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".take-away .told")).to_contain_text("without the sentences")
    assert "a" not in parse_qs(urlsplit(page.evaluate("navigator.clipboard.readText()")).query)


def test_a_citation_has_the_link_and_the_day(open_page: Open) -> None:
    page = open_page("/tokens", permissions=["clipboard-read", "clipboard-write"])
    wait_until_drawn(page)
    page.locator(".take-away summary", has_text="Cite").click()
    page.get_by_role("button", name="Copy Citation").click()
    expect(page.locator(".take-away .told")).to_have_text("Copied: Citation.")
    line = page.evaluate("navigator.clipboard.readText()")
    assert page.url in line
    assert re.search(r"\(accessed \d{4}-\d\d-\d\d\)\.$", line)


def test_nothing_in_a_link_is_a_command_where_it_is_cited(open_page: Open) -> None:
    page = open_page("/tokens")
    strange = r"}}}\input{/etc/passwd}{{{^~|`%20a%7B100%&%zz%"
    page.goto(f"{page.url}&x={strange}#{strange}")  # the app has nothing to change in it
    wait_until_drawn(page)
    assert r"}}}\input{/etc/passwd}{{{^~|`" in page.url
    page.locator(".take-away summary", has_text="Cite").click()
    entry, line = (page.get_by_label(name, exact=True).inner_text() for name in CITED)
    assert entry.count("{") == entry.count("}")
    (link,) = re.findall(r"\\url\{(.*?)\}", entry)
    assert re.fullmatch(r"([\w!#$&'()*+,./:;=?@-]|%[0-9a-fA-F]{2})+", link)
    assert link in line
    assert unquote(link) == unquote(page.url)
    assert "%20a%7B100%25&%25zz%25" in link


def whole_view(open_page: Open, path: str, folder: Path) -> Path:
    page = open_page(path)
    wait_until_drawn(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Whole view (HTML)").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def opened_alone(browser: Browser, file: Path, theme: str) -> tuple[Page, list[str]]:
    """The file without a network, and what it asked for or complained of, beside itself."""
    page = new_reader(browser, offline=True, color_scheme=theme)
    amiss: list[str] = []
    page.on("pageerror", lambda error: amiss.append(str(error)))
    page.on("console", lambda message: amiss.append(message.text))
    page.on("dialog", lambda dialog: amiss.append(dialog.message))
    page.on("request", lambda asked: amiss.extend({asked.url} - {file.as_uri()}))
    page.goto(file.as_uri())
    return page, amiss


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_whole_view_works_alone(
    open_page: Open, browser: Browser, tmp_path: Path, theme: str
) -> None:
    file = whole_view(open_page, "/attention", tmp_path)
    assert file.name == "attention-layer3-head1.html"
    assert file.stat().st_size < 1_000_000
    page, amiss = opened_alone(browser, file, theme)
    sentence = "The chicken didn't cross the road because it was too {}"
    weights = (
        load_model("minilm").trace(sentence.format("tired"), sentence.format("wide")).attention
    )
    readout = page.get_by_label("What is pointed at")
    expect(readout).to_contain_text(f"chicken (A) {thousandths(weights[3, 1, 10, 2])}")
    page.get_by_role("gridcell", name="layer 3, head 1", exact=True).click()
    page.keyboard.press("ArrowDown")
    expect(readout).to_contain_text("Layer 4, head 1: it (A)")
    expect(readout).to_contain_text(thousandths(weights[4, 1, 10].max()))
    page.get_by_role("option", name="tired, token 13").first.hover()
    expect(readout).to_contain_text(
        f"tired looks at [CLS] {thousandths(weights[4, 1, 13, 0])}"
        if weights[4, 1, 13].argmax() == 0
        else thousandths(weights[4, 1, 13].max())
    )
    expect(page.locator("#live")).to_have_attribute("href", re.compile("layer=4.*head=1"))
    assert page.locator(".attention").get_attribute("data-theme") == theme
    assert amiss == []
    page.close()


@pytest.mark.parametrize("path", [PAIR, PAIR.replace("attention", "compare")])
def test_hostile_sentences_do_nothing_in_the_whole_view(
    open_page: Open, browser: Browser, tmp_path: Path, path: str
) -> None:
    page, amiss = opened_alone(browser, whole_view(open_page, path, tmp_path), "light")
    expect(page.locator("main")).to_contain_text("<img src=x onerror=alert(1)>")
    page.wait_for_selector("[data-drawn]")
    assert page.locator("img").count() == 0
    assert amiss == []
    page.close()


AWAY = """
from backend import cached_heads, errors


def _away(_):
    raise errors.ClusterAway(3)


cached_heads.WeightsRecipe.read = _away
"""


def test_a_file_that_cannot_be_made_says_why(browser: Browser, tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    (tmp_path / "app.py").write_text(AWAY + (ROOT / "app.py").read_text())
    for name in ("pages", ".streamlit"):
        (tmp_path / name).symlink_to(ROOT / name)
    with served_app(log, tmp_path, PYTHONPATH=str(ROOT)) as address:
        page = new_reader(browser)
        page.goto(f"{address}/attention?a=The+cat+sat.")
        wait_until_drawn(page)
        page.get_by_role("button", name="This head (CSV)").click()
        told = page.get_by_test_id("stDownloadButtonError")
        expect(told).to_have_text(ClusterAway(3).in_vain)
        page.close()
    written = log.read_text()
    assert "event=file outcome=ClusterAway" in written
    assert "Traceback" not in written
