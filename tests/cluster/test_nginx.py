"""nginx in front of two web servers: each visitor is kept with one, and sent on when it is gone."""

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Browser, Page, expect

from cluster.children import CannotStart
from cluster.nginx import COOKIE, program
from cluster.running import Cluster, running_cluster
from tests.e2e.conftest import new_reader
from tests.serving import ROOT, wait_until_drawn

SECRET = "Marmalade"
LINK = f"/attention?a=The+{SECRET}+sat+down.&b=It+was+tired.&layer=3&head=2"
PATIENCE = 90_000  # milliseconds


def is_installed() -> bool:
    try:
        return bool(program())
    except CannotStart:
        return False


pytestmark = pytest.mark.skipif(
    not is_installed(), reason="nginx is not installed (Debian: apt-get install nginx-light)"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cluster")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[Cluster]:
    with running_cluster(folder, nodes=0) as cluster:
        yield cluster


@pytest.fixture
def cluster(running: Cluster) -> Cluster:
    """Two web servers behind nginx, whatever the test before did to them."""
    for web in running.webs:
        if not web.is_running:
            web.kill()
            web.start()
    running.wait_until_ready()
    return running


@pytest.fixture
def visitor(cluster: Cluster, browser: Browser) -> Iterator[Page]:
    """A visitor who has followed a link."""
    page = new_reader(browser)
    page.goto(cluster.address + LINK)
    wait_until_drawn(page)
    yield page
    page.close()


def asked(address: str, **headers: str) -> tuple[int, Message, str]:
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def place_of(page: Page) -> int:
    """Which web server a visitor is kept with, counted from 0."""
    cookies = {one.get("name"): one.get("value", "") for one in page.context.cookies()}
    return int(cookies[COOKIE]) - 1


def until_moved(page: Page, place: int) -> None:
    """Until the page has found another web server by itself."""
    end = time.monotonic() + PATIENCE / 1000
    while place_of(page) == place and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert place_of(page) != place


def runs(folder: Path, cluster: Cluster) -> list[int]:
    """How many runs of a page each web server has logged."""
    return [web.log.read_text().count("event=page") for web in cluster.webs]


@pytest.mark.parametrize("count", [1, 2, 5])
def test_nginx_takes_the_configuration(tmp_path: Path, count: int) -> None:
    settings = tmp_path / "nginx.conf"
    webs = [f"127.0.0.1:{8502 + number}" for number in range(count)]
    asked = [sys.executable, "-m", "cluster.nginx", str(tmp_path), "127.0.0.1", "8501", *webs]
    settings.write_bytes(subprocess.check_output(asked, cwd=ROOT))
    command = [program(), "-t", "-e", str(tmp_path / "log"), "-c", str(settings)]
    tried = subprocess.run(command, capture_output=True, text=True)
    assert "test is successful" in tried.stderr
    assert "warn" not in tried.stderr
    assert not re.search(r"\$\[\w+\]", settings.read_text())


def test_new_visitors_come_to_all_and_each_stays_with_one(cluster: Cluster) -> None:
    first = [asked(cluster.address + "/health")[1]["Set-Cookie"] for _ in range(6)]
    assert {re.match(rf"{COOKIE}=(\d); Path=/; HttpOnly; SameSite=Lax$", c)[1] for c in first} == {  # type: ignore[index]
        "1",
        "2",
    }
    for place in ("1", "2"):
        for _ in range(3):
            status, headers, said = asked(cluster.address + "/health", Cookie=f"{COOKIE}={place}")
            assert (status, json.loads(said)["status"]) == (200, "ready")
            assert "Set-Cookie" not in headers


def test_a_cookie_that_names_no_web_server_is_put_right(cluster: Cluster, visitor: Page) -> None:
    visitor.context.clear_cookies(name=COOKIE)
    visitor.context.add_cookies([{"name": COOKIE, "value": "9", "url": cluster.address}])
    visitor.reload()
    wait_until_drawn(visitor)
    assert place_of(visitor) in (0, 1)


def test_a_visitor_works_through_it_with_one_web_server(
    folder: Path, cluster: Cluster, visitor: Page
) -> None:
    place, before = place_of(visitor), runs(folder, cluster)
    visitor.get_by_label("Sentence A", exact=True).fill("A dog sat down.")
    visitor.keyboard.press("Enter")
    visitor.wait_for_url("**dog**")
    visitor.reload()
    wait_until_drawn(visitor)
    grown = [now - then for now, then in zip(runs(folder, cluster), before, strict=True)]
    assert grown[place] >= 2
    assert grown[1 - place] == 0


def test_a_file_is_taken_and_a_download_comes(cluster: Cluster, visitor: Page) -> None:
    visitor.goto(f"{cluster.address}/heads")
    visitor.get_by_role("radio", name="A text", exact=True).click()
    text = "The chicken did not cross the road, because it was too tired. " * 20_000
    file = {"name": "a.txt", "mimeType": "text/plain", "buffer": text[:900_000].encode()}
    with visitor.expect_response(lambda answer: "/upload_file/" in answer.url) as sent:
        visitor.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    assert sent.value.ok
    visitor.goto(cluster.address + LINK)
    wait_until_drawn(visitor)
    with visitor.expect_download() as download:
        visitor.get_by_role("button", name="Whole view").first.click()
    assert Path(download.value.path()).stat().st_size > 50_000


def test_whose_web_server_is_killed_comes_to_the_other_where_they_were_and_stays_there(
    cluster: Cluster, visitor: Page
) -> None:
    place, address = place_of(visitor), visitor.url
    cluster.webs[place].kill()
    until_moved(visitor, place)
    box = visitor.get_by_label("Sentence A", exact=True)
    wait_until_drawn(visitor)
    expect(box).to_have_value(f"The {SECRET} sat down.")
    assert visitor.url == address
    box.fill("A bird sat down.")
    box.press("Enter")
    visitor.wait_for_url("**bird**")
    visitor.reload()
    wait_until_drawn(visitor)
    expect(box).to_have_value("A bird sat down.")
    cluster.webs[place].start()
    cluster.wait_until_ready()
    visitor.reload()
    wait_until_drawn(visitor)
    assert place_of(visitor) == 1 - place
    assert "event=page" not in cluster.webs[place].log.read_text().rpartition("event=start")[2]


def test_where_no_web_server_answers_a_page_says_so_and_tries_again(
    folder: Path, cluster: Cluster, browser: Browser
) -> None:
    for web in cluster.webs:
        web.kill()
    status, headers, said = asked(cluster.address + LINK)
    assert status == 503
    assert (headers["Retry-After"], headers["Cache-Control"]) == ("5", "no-store")
    assert "nginx" not in said
    page = new_reader(browser)
    page.goto(cluster.address + LINK)
    expect(page.get_by_text("does not answer at the moment")).to_be_visible()
    for web in cluster.webs:
        web.start()
    expect(page.get_by_label("Sentence A", exact=True)).to_have_value(
        f"The {SECRET} sat down.", timeout=PATIENCE
    )
    page.close()
    assert SECRET not in (folder / "nginx.log").read_text()


def test_what_is_too_large_is_refused_before_it_comes_to_the_app(cluster: Cluster) -> None:
    request = urllib.request.Request(f"{cluster.address}/health", b"." * 5_000_000, method="POST")
    with pytest.raises((HTTPError, ConnectionError)) as refused:
        urllib.request.urlopen(request, timeout=60)
    if isinstance(refused.value, HTTPError):
        with refused.value:
            assert refused.value.code == 413


def test_nothing_of_it_is_left_behind(tmp_path: Path) -> None:
    with running_cluster(tmp_path, nodes=0, webs=1) as cluster:
        pids = [child.pid for child in cluster.children]
        assert asked(cluster.address + "/health")[0] == 200
        (tmp_path / "nginx-bodies").stat()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    shutil.rmtree(tmp_path)
