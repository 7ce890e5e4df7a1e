"""Some thousand hostile strings in a real browser, on every page: nothing in them comes to life.

Looked for are: a script of theirs that ran (`window.hurt`, a dialog, an error in the console of a
half-run one), an element that was made of them, be it by HTML, Markdown or LaTeX, and any request
to another host than the app's.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Request, expect

from backend.cached import cached_tokenizer
from backend.errors import ShareUsedUp
from components.uploads import MOST_OF_ONE
from components.view import LONGEST_LINK
from tests.e2e.conftest import new_reader
from tests.hostile import WORDS, hostile_sentences, hostile_strings
from tests.serving import wait_until_drawn

PATHS = (
    "/", "/lesson", "/tokens", "/embeddings", "/attention", "/compare", "/heads", "/inside",
    "/bertviz", "/output", "/cloze", "/transfer",
)  # fmt: skip
VISITS = 6  # of each page, with another pair of sentences each
COMPOSED = 20  # of several strings, for each page
PATIENCE = 90  # seconds; half a thousand tokens on a machine that does much else
REFUSED = ShareUsedUp.why.split(",")[0]
MEASURED_AGAIN = 5_100  # ms after which Streamlit measures what it holds anew

_ALIVE = """() => {
    const bad = [], leads = ['src', 'srcset', 'href', 'xlink:href', 'action', 'formaction'];
    const made = 'a, b, blockquote, code, del, em, h1, h2, h3, h4, h5, h6, i, li, mark, pre, strong'
        + ', sub, td, th, .katex, [class*=colored], [class*=Colored], [style*=color]';
    const goesAstray = way => {
        if (way === null || !URL.canParse(way, 'http://own')) return false;
        const url = new URL(way, 'http://own');
        return way === 'x' || url.hostname === 'evil.example'
            || /^(javascript|vbscript|data:text)/i.test(url.href);
    };
    const look = root => {
        for (const e of root.querySelectorAll('*')) {
            const name = e.localName;
            if (['object', 'embed', 'base', 'plaintext', 'mglyph'].includes(name))
                bad.push(e.outerHTML.slice(0, 200));
            if (leads.some(way => goesAstray(e.getAttribute(way))))
                bad.push(e.outerHTML.slice(0, 200));
            for (const a of e.attributes)
                if (/^on|hurt|evil/.test(a.name)) bad.push(e.outerHTML.slice(0, 200));
            if (name === 'style' && /hurt|evil\\.example/.test(e.textContent))
                bad.push(e.outerHTML.slice(0, 200));
            if (e.matches(made) && e.textContent.trim().startsWith('WORDS'))
                bad.push(e.outerHTML.slice(0, 200));
            if (e.dataset.testid === 'stIconMaterial' && e.textContent === 'bug_report')
                bad.push(e.outerHTML.slice(0, 200));
            if (e.shadowRoot) look(e.shadowRoot);
        }
    };
    look(document);
    if (window.hurt !== undefined) bad.push('window.hurt');
    if (document.body.textContent.includes('😄')) bad.push(':smile:');
    return bad;
}""".replace("WORDS", WORDS)
"""What has come to life in a page, figures' own trees included."""


@dataclass
class Watched:
    """A page, and what a hostile string has done in it."""

    page: Page
    hurt: list[str] = field(default_factory=list)

    def alive(self) -> list[str]:
        """Everything that came to life so far, in every frame."""
        found = [what for frame in self.page.frames for what in frame.evaluate(_ALIVE)]
        return [*self.hurt, *found]


@pytest.fixture(scope="module")
def watched(address: str, browser: Browser) -> Iterator[Watched]:
    """One page for all, as one reader has it who goes through the app."""
    watched = Watched(new_reader(browser, viewport={"width": 1280, "height": 900}))
    context = watched.page.context
    own = urlsplit(address).netloc

    def look(request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")) and urlsplit(request.url).netloc != own:
            watched.hurt.append(f"asked for {request.url[:200]}")

    def dismiss(dialog: Any) -> None:
        watched.hurt.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    context.on("request", look)
    context.on("page", lambda _: watched.hurt.append("opened a window"))
    watched.page.on("dialog", dismiss)
    watched.page.on("pageerror", lambda error: watched.hurt.append(f"error: {error}"))
    yield watched
    watched.page.close()


def pairs(path: str) -> list[tuple[str, str]]:
    """Every hostile string and some compositions of several, in pairs of sentences for a page."""
    seed = len(PATHS) + PATHS.index(path)
    texts = hostile_sentences(2 * VISITS, composed=COMPOSED, seed=seed)
    return list(zip(texts[::2], texts[1::2], strict=True))


def test_the_alarm_rings(watched: Watched) -> None:
    """What is looked for is found where it is there: a test of the test."""
    watched.page.set_content("<p>")
    for string in (
        "<a href=javascript:window.hurt=1>a</a>", "<img src=x onerror=window.hurt=1>",
        f"<h2>{WORDS} in a line</h2>", f"<strong>{WORDS}</strong>", f"<ul><li>{WORDS}</ul>",
        f"<span class=katex>{WORDS}</span>", f"<span style='color: red'>{WORDS}</span>", "😄",
        "<span data-testid=stIconMaterial>bug_report</span>",
    ):  # fmt: skip
        watched.page.evaluate("text => document.body.innerHTML = text", string)
        assert watched.alive()
    watched.page.set_content("<p>")
    watched.page.evaluate("fetch('http://evil.example/').catch(() => 0)")
    assert watched.hurt == ["asked for http://evil.example/"]
    watched.hurt.clear()


@pytest.mark.parametrize("path", PATHS)
def test_nothing_in_a_sentence_comes_to_life(watched: Watched, address: str, path: str) -> None:
    """The first pair comes with a link, the others are typed."""
    page = watched.page
    (a, b), *others = pairs(path)
    page.goto(f"{address}{path}?{urlencode({'a': a, 'b': b})[:LONGEST_LINK]}")
    wait_until_drawn(page, PATIENCE)
    assert watched.alive() == []
    for texts in others:
        assert not cached_tokenizer("minilm").split(*texts).left_out  # the model reads all of it
        for title, text in zip(("Sentence A", "Sentence B"), texts, strict=True):
            box = page.get_by_label(title, exact=True)
            box.fill(text.replace("\0", " "))
            box.press("Enter")
        wait_until_drawn(page, PATIENCE)
        assert watched.alive() == []
        assert page.get_by_text(REFUSED).count() == 0  # it would show nothing else
    assert page.locator("[data-testid=stException]").count() == 0


def test_nothing_in_a_table_comes_to_life(watched: Watched, address: str) -> None:
    """A file with hostile rows, labels and name is uploaded and learned from."""
    page = watched.page
    strings = [" ".join(text.split()) for text in hostile_strings(240, seed=4)]
    labels = [text[:60] for text in strings if text and text.isprintable()][:12]
    lines = io.StringIO()
    csv.writer(lines).writerows(
        [("text", "label"), *((f"{text} {n}", labels[n % 12]) for n, text in enumerate(strings))]
    )
    page.goto(f"{address}/transfer?task=own")
    wait_until_drawn(page, PATIENCE)
    content = lines.getvalue().encode("utf-8", "replace").replace(b"\0", b"")
    name = "<img src=x onerror=window.hurt=1>.csv"
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    expect(page.get_by_text("Rows with a sentence and a label: 2")).to_be_visible()
    page.get_by_role("button", name="Train the last layer").click()
    expect(page.get_by_text("Nothing is trained yet")).to_have_count(0)
    wait_until_drawn(page, PATIENCE)
    box = page.get_by_label("Candidate labels", exact=True)
    box.fill(", ".join(label.replace(",", "") for label in labels))
    box.press("Enter")
    wait_until_drawn(page, PATIENCE)
    assert watched.alive() == []
    assert page.locator("[data-testid=stException]").count() == 0


def test_nothing_in_a_text_comes_to_life(watched: Watched, address: str) -> None:
    page = watched.page
    page.goto(f"{address}/heads")
    wait_until_drawn(page, PATIENCE)
    page.get_by_role("radio", name="A text", exact=True).or_(
        page.get_by_role("button", name="A text", exact=True)
    ).first.click()
    text = "\n".join(hostile_strings(150, seed=5)).replace("\0", "")[:1_900]
    page.locator("input[type=file]").set_input_files(
        {"name": "a<svg onload=window.hurt=1>.txt", "mimeType": "text/plain",
         "buffer": text.encode("utf-8", "replace")}
    )  # fmt: skip
    expect(page.get_by_text("special ones not counted").or_(page.get_by_text("tokens")).first
           ).to_be_visible()  # fmt: skip
    wait_until_drawn(page, PATIENCE)
    assert watched.alive() == []
    assert page.locator("[data-testid=stException]").count() == 0


def test_of_files_sent_straight_to_their_address_few_are_held(
    browser: Browser, address: str
) -> None:
    """Nothing but the address of a page's own upload is needed to send more of them."""
    page = new_reader(browser)
    page.goto(f"{address}/transfer?task=own")
    wait_until_drawn(page, PATIENCE)
    rows = "".join(f"A sentence {n},{n % 2}\n" for n in range(20))
    file = FilePayload(name="a.csv", mimeType="text/csv", buffer=f"text,label\n{rows}".encode())
    large = FilePayload(name="b.csv", mimeType="text/csv", buffer=b"." * 1_000_000)
    counted = page.get_by_text("Rows with a sentence and a label: 20")
    with page.expect_request(lambda request: "/upload_file/" in request.url) as sent:
        page.locator("input[type=file]").set_input_files(file)
    expect(counted).to_be_visible()
    before = held_files(page, address)
    page.wait_for_timeout(MEASURED_AGAIN)
    place, token = sent.value.url.rpartition("/")[0], sent.value.headers["x-xsrftoken"]
    for number in range(12):
        answer = page.request.put(
            f"{place}/{number}",
            headers={"x-xsrftoken": token},
            multipart={"file": large},
        )
        assert answer.ok
    assert held_files(page, address) - before <= MOST_OF_ONE * 1_000_000
    page.get_by_label("Sentence A", exact=True).fill("The first file is gone.")
    page.keyboard.press("Enter")
    wait_until_drawn(page, PATIENCE)
    expect(counted).to_be_visible()
    assert page.get_by_text("not foreseen").count() == 0
    page.close()


def held_files(page: Page, address: str) -> int:
    """Bytes of all files that the server holds, as it measures them itself."""
    told = page.request.get(f"{address}/_stcore/metrics").text()
    lines = [line for line in told.splitlines() if 'cache_type="UploadedFileManager"' in line]
    return sum(int(line.split()[-1]) for line in lines)
