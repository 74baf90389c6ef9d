"""Where webhooks may go, and how long they wait for an answer."""

import socket
import threading
from ipaddress import ip_address
from typing import Any

import pytest

from core.settings import Settings, get_settings
from core.webhooks import addresses, transport
from tests.core.webhooks.conftest import Receiver


def at_home() -> Settings:
    """The settings of a developer's machine."""
    return get_settings().model_copy(update={"webhooks": "on", "development": True})


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
     "::1", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "2002:a00:1::", "ff02::1",
     "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8", "::10.0.0.1", "::8.8.8.8",
     "fec0::1", "2001::1", "2001:0:a00:1::", "192.0.0.8", "192.0.0.170", "192.88.99.1", "198.18.0.1"],
)  # fmt: skip
def test_addresses_inside_are_refused_unless_named(address: str) -> None:
    settings = get_settings().model_copy(update={"development": False})
    assert not addresses.is_allowed(ip_address(address), settings)


def test_addresses_outside_and_named_ones_are_allowed() -> None:
    settings = get_settings().model_copy(
        update={"development": False, "webhooks_private": "10.1.0.0/16, fc00::/7"}
    )
    for address in (
        "93.184.216.34",
        "64:ff9b::93.184.216.34",
        "2606:2800:220:1:248:1893:25c8:1946",
        "10.1.2.3",
        "fc00::1",
    ):
        assert addresses.is_allowed(ip_address(address), settings)
    assert not addresses.is_allowed(ip_address("10.2.0.1"), settings)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::ffff:169.254.169.254]", "[64:ff9b::a00:1]",
     "10.0.0.1", "localhost", "a.localhost", "localhost."],
)  # fmt: skip
def test_what_says_itself_that_it_lies_inside_is_refused_when_saved(app: Any, host: str) -> None:
    settings = get_settings().model_copy(update={"development": False})
    with pytest.raises(addresses.WebhookAddressError, match="lies inside this network"):
        addresses.refuse_inside(addresses.parse(f"https://{host}/x", settings), settings)
    for public in ("93.184.216.34", "shop.example", "[2606:2800:220:1::1]"):
        addresses.refuse_inside(addresses.parse(f"https://{public}/x", settings), settings)


def test_a_name_that_leads_inside_is_not_called(
    on: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is asked for once, and what it leads to is checked and called."""
    asked = []

    def lookup(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        inside = len(asked) == 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7" if inside else "127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with pytest.raises(transport.DeliveryError, match=r"shop\.example leads to 10\.0\.0\.7"):
        transport.post("https://shop.example/", b"{}", {}, on)
    assert asked == ["shop.example"]
    monkeypatch.undo()
    assert receiver.got == []


REFUSED = [
    "http://shop.example/",
    "ftp://shop.example/",
    "https://",
    "https://a:b@shop.example/",
    "javascript:1",
    "https://shop.example:99999/",
    "https://shop.example/#x",
    "https://shop.example/a b",
    "//shop.example",
    "https://[::1",
    "http://10.0.0.1/",
    "https://shop.example/\r\nHost: x",
]


def test_an_address_that_nothing_is_sent_to_is_refused(on: Settings) -> None:
    for url in REFUSED:
        with pytest.raises(addresses.WebhookAddressError):
            addresses.parse(url, on)


def test_plain_http_is_for_tests_on_one_s_own_machine(on: Settings) -> None:
    assert addresses.parse("http://localhost:8000/x", on).authority == "localhost:8000"
    with pytest.raises(addresses.WebhookAddressError):
        addresses.parse("http://localhost:8000/x", on.model_copy(update={"development": False}))


def test_a_receiver_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    on = at_home()
    monkeypatch.setattr(transport, "DEADLINE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        end = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                while not end.wait(0.05):
                    try:
                        connection.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(transport.DeliveryError):
            transport.post(f"http://127.0.0.1:{server.getsockname()[1]}/", b"{}", {}, on)
        end.set()
        thread.join()
