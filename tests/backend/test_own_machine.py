"""Who can reach the app: anything that is not plainly this machine alone counts as outside."""

import pytest

from backend.own_machine import reached_from_outside

HERE = {"Host": "localhost:8501", "Origin": "http://localhost:8501", "User-Agent": "x"}


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost", "127.8.9.1"])
@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501"])
def test_ones_own_machine(address: str, host: str) -> None:
    assert reached_from_outside(address, {"host": host}, None) == ""
    assert reached_from_outside(address, {"HOST": host, "origin": f"http://{host}"}, "::1") == ""


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.4", "app", "unix://s"])
def test_a_server_that_listens_to_others_is_reached_from_outside(address: str | None) -> None:
    assert "listens to other machines" in reached_from_outside(address, HERE, None)


@pytest.mark.parametrize("client", ["10.0.0.7", "fe80::1", "", "testclient"])
def test_a_connection_from_another_machine_is_from_outside(client: str) -> None:
    assert "another machine" in reached_from_outside("127.0.0.1", HERE, client)


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "x-forwarded-host", "X-FORWARDED-PROTO", "Forwarded", "Via",
               "X-Real-IP", "CF-Connecting-IP"],
)  # fmt: skip
def test_what_a_proxy_lets_in_is_from_outside(header: str) -> None:
    assert "proxy" in reached_from_outside("127.0.0.1", {**HERE, header: "127.0.0.1"}, None)


@pytest.mark.parametrize(
    "host", ["app.example.org", "127.0.0.1.example.org", "localhost.example.org", "", "[::1", "a@b",
             "localhost@example.org", "x.localhost", "0.0.0.0", "127.1.example:8501"],
)  # fmt: skip
def test_a_name_that_only_leads_here_is_from_outside(host: str) -> None:
    assert "another name" in reached_from_outside("127.0.0.1", {"Host": host}, None)


def test_a_request_without_a_name_is_from_outside() -> None:
    assert "another name" in reached_from_outside("127.0.0.1", {}, None)


@pytest.mark.parametrize("origin", ["http://example.org", "null", "", "http://[", "file://"])
def test_a_page_elsewhere_is_outside(origin: str) -> None:
    told = reached_from_outside("127.0.0.1", {**HERE, "Origin": origin}, None)
    assert "a page elsewhere" in told
