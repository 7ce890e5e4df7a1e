"""What befalls a cluster while it is asked: no wrong number, no error but those for the reader."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from backend.cluster import Cluster
from backend.cluster_address import serve_address
from backend.cluster_encoder import ClusterEncoder
from backend.errors import ClusterAway, ServerBusy
from backend.model import Model, load_model
from cluster.ports import free_ports
from cluster.ray_nodes import START_SECONDS, RayNodes, serve_config
from tests.e2e.conftest import downloaded_rows, new_reader
from tests.serving import ROOT, served_app, wait_until_drawn

pytest.importorskip("yaml", reason="the tests of a cluster need requirements-ray.txt")
TEXTS = [f"The chicken didn't cross the road {number} times." for number in range(12)]
HANDS = 4


class Ray:
    """Two nodes with a replica each, and how they are asked."""

    def __init__(self, folder: Path) -> None:
        self.ports = free_ports(0)
        self.nodes = RayNodes(folder, self.ports, 2, 1)
        self.config = serve_config(self.ports.serve)
        self.here = load_model("minilm")
        self.own = {text: self.here.trace(text) for text in TEXTS}

    def start(self) -> None:
        self.nodes.start()
        self.nodes.deploy(self.config)

    @contextmanager
    def opened(self) -> Iterator[Model]:
        address = serve_address(self.nodes.environment["RAY_ADDRESS"], str(self.ports.serve))
        cluster = Cluster([address], self.nodes.token.read_text())
        cluster.ask("minilm", "facts", waits=True)
        yield Model(ClusterEncoder("minilm", cluster), self.here.tokenizer)
        cluster.close()


class Asked:
    """What those met who asked all the time."""

    def __init__(self) -> None:
        self.right = 0
        self.errors: Counter[type[BaseException]] = Counter()

    def ask(self, ray: Ray, model: Model, hand: int, is_over: Event) -> None:
        number = hand
        while not is_over.is_set():
            text = TEXTS[number % len(TEXTS)]
            number += 1
            try:
                found = model.trace(text)
            except Exception as error:
                self.errors[type(error)] += 1
            else:
                own = ray.own[text]
                np.testing.assert_allclose(found.attention, own.attention, atol=1e-5)
                np.testing.assert_allclose(found.hidden, own.hidden, atol=1e-5)
                self.right += 1


@contextmanager
def asking(ray: Ray) -> Iterator[Asked]:
    """Ask with several hands until the block is over; what goes wrong in them is raised here."""
    met, is_over, failures = Asked(), Event(), []

    def hand(number: int, model: Model) -> None:
        try:
            met.ask(ray, model, number, is_over)
        except BaseException as error:
            failures.append(error)

    with ray.opened() as model:
        hands = [Thread(target=hand, args=(number, model)) for number in range(HANDS)]
        for one in hands:
            one.start()
        wait_for_more(met)
        try:
            yield met
        finally:
            is_over.set()
            for one in hands:
                one.join()
    assert not failures, failures


def wait_for_more(met: Asked, count: int = 20) -> None:
    """Until so many more right answers have come."""
    enough, end = met.right + count, monotonic() + START_SECONDS
    while met.right < enough:
        assert monotonic() < end, f"answers end at {met.right}, errors: {met.errors}"
        sleep(0.05)


@pytest.fixture(scope="module")
def ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ray]:
    ray = Ray(tmp_path_factory.mktemp("ray"))
    try:
        ray.start()
        yield ray
    finally:
        ray.nodes.end()


@pytest.fixture
def page(ray: Ray, browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A page whose web server asks the cluster."""
    log, port = tmp_path / "log.txt", str(ray.ports.serve)
    told = ray.nodes.environment | {"EXPLORER_BACKEND": "ray", "EXPLORER_SERVE_PORT": port}
    with served_app(log, ROOT, **told) as address:
        page = new_reader(browser)
        page.goto(f"{address}/attention?a=The+cat+sat.&b=It+was+tired.&layer=3&head=2")
        wait_until_drawn(page)
        yield page
        page.close()
        assert "Traceback" not in log.read_text()


def replicas(ray: Ray, count: int) -> list[int]:
    """The replicas' processes, once so many are alive and nothing is told of others."""
    end = monotonic() + START_SECONDS
    while True:
        found = ray.nodes.replicas()
        if len(found) == count and all(Path(f"/proc/{pid}").exists() for pid in found):
            return found
        assert monotonic() < end, found
        sleep(0.1)


def test_a_replica_that_is_killed_while_it_answers(ray: Ray) -> None:
    first, _ = replicas(ray, 2)
    with asking(ray) as met:
        os.kill(first, signal.SIGKILL)
        wait_for_more(met)
        replicas(ray, 2)
        wait_for_more(met)
    assert not met.errors


def test_a_node_that_stops_and_comes_back(ray: Ray) -> None:
    replicas(ray, 2)
    node = ray.nodes.nodes[1]
    with asking(ray) as met:
        node.kill()
        wait_for_more(met)
        replicas(ray, 1)
        wait_for_more(met)
        node.start()
        replicas(ray, 2)
        wait_for_more(met)
    assert not met.errors


def test_a_new_version_is_deployed_while_it_is_asked(ray: Ray) -> None:
    """One whose replicas come while much is asked, and go afterwards."""
    before = replicas(ray, 2)
    changed = serve_config(ray.ports.serve)
    changed["applications"][0]["args"] = {"together": 1}
    (deployment,) = changed["applications"][0]["deployments"]
    bounds = {"min_replicas": 1, "max_replicas": 2, "target_ongoing_requests": 1}
    delays = {"upscale_delay_s": 1, "downscale_delay_s": 1, "look_back_period_s": 2}
    deployment["autoscaling_config"] |= bounds | delays
    with asking(ray) as met:
        ray.nodes.deploy(changed)
        wait_for_more(met)
        assert not set(replicas(ray, 2)) & set(before)
        wait_for_more(met)
    replicas(ray, 1)
    assert not met.errors


def test_a_cluster_that_is_gone_and_comes_back(ray: Ray, page: Page) -> None:
    """What is asked gets the reader's error or the right answer, and a page waits by itself."""
    box = page.get_by_label("Sentence A", exact=True)
    with asking(ray) as met:
        for node in ray.nodes.nodes:
            node.kill()
        end = monotonic() + START_SECONDS
        while not met.errors:
            assert monotonic() < end
            sleep(0.1)
        right = met.right
        sleep(1)
        assert met.right == right
        box.fill(TEXTS[0])
        box.press("Enter")
        told = page.get_by_text(ClusterAway.why.split(" do")[0])
        expect(told).to_be_visible()
        expect(box).to_have_value(TEXTS[0])
        ray.start()
        wait_for_more(met)
    assert set(met.errors) == {ClusterAway}
    expect(told).to_be_hidden()
    wait_until_drawn(page)
    expect(box).to_have_value(TEXTS[0])
    assert "Traceback" not in page.content()
    own = ray.here.trace(TEXTS[0], "It was tired.").attention[3, 2]
    shown = [float(row["weight"]) for row in downloaded_rows(page, "This head (CSV)")]
    np.testing.assert_allclose(np.reshape(shown, own.shape), own, atol=1e-5)


def test_one_too_many_is_told_that_the_server_is_busy(ray: Ray) -> None:
    config = serve_config(ray.ports.serve)
    (deployment,) = config["applications"][0]["deployments"]
    deployment |= {"max_ongoing_requests": 1, "max_queued_requests": 1}
    del deployment["autoscaling_config"]
    deployment["num_replicas"] = 1
    ray.nodes.deploy(config)
    replicas(ray, 1)
    with asking(ray) as met:
        wait_for_more(met)
    assert set(met.errors) == {ServerBusy}
