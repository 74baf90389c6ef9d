"""A real chromium against a real server: `server` serves the test's app on a free port of the loopback."""

import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect
from werkzeug.serving import make_server

from tests.patience import BROWSER_PATIENCE

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


#: What an answer that nobody waits for may take before the next test begins all the same.
SECONDS_TO_ANSWER = 10


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's chromium; a machine without one has a red test, not a skipped one."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "install chromium: the browser tests drive the system's"
    return {**browser_type_launch_args, "executable_path": found, "args": QUIET}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """As for people who want no motion: a test never meets a page in the middle of a transition."""
    return {**browser_context_args, "reduced_motion": "reduce"}


@pytest.fixture(autouse=True)
def patience(context: BrowserContext) -> None:
    """What a page is to show and to do may take long on a busy machine."""
    context.set_default_timeout(BROWSER_PATIENCE)
    expect.set_options(timeout=BROWSER_PATIENCE)


@pytest.fixture
def server(app: Flask) -> Iterator[str]:
    """The address of the app, served by threads."""
    idle, under_way = threading.Condition(), [0]

    def answer(environ: Any, start_response: Any) -> Any:
        with idle:
            under_way[0] += 1
        try:
            return app(environ, start_response)
        finally:
            with idle:
                under_way[0] -= 1
                idle.notify_all()

    served = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{served.port}"
    served.shutdown()
    thread.join()
    # A page that was left has not waited for its answers; each holds a connection to the database, which
    # goes.
    for answering in [t for t in threading.enumerate() if "process_request_thread" in t.name]:
        answering.join(SECONDS_TO_ANSWER)
    served.server_close()
    # A page may have asked in its last moment: the answer has a connection in hand until it is given.
    with idle:
        idle.wait_for(lambda: under_way[0] == 0)


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What pages complain of on their console; a test fails when there is anything at its end."""
    seen: list[str] = []
    yield seen
    assert seen == []


@pytest.fixture
def open_as(server: str, context: BrowserContext, faults: list[str]) -> Callable[..., Page]:
    """`open_as("clerk", "/m/x.list")` is a page in which that user has logged in by the form."""

    def opened(
        user: str, path: str = "/", locale: str = "en", theme: str = "light", width: int = 1280
    ) -> Page:
        context.add_cookies(
            [{"name": n, "value": v, "url": server} for n, v in (("locale", locale), ("theme", theme))]
        )
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 800})
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console", lambda m: faults.append(m.text) if m.type == "error" and "422" not in m.text else None
        )
        page.goto(f"{server}/login?next={quote(path)}")
        page.fill("[name=email]", f"{user}@example.com")
        page.fill("[name=password]", "a long enough password")
        page.press("[name=password]", "Enter")
        page.wait_for_selector("body.app")
        return page

    return opened


@pytest.fixture
def as_(open_as: Callable[..., Page], context: BrowserContext) -> Callable[[str, str], Page]:
    """`as_("paula", "/m/x.list")` is a page of that user, in place of whoever was there before."""

    def opened(user: str, path: str) -> Page:
        # An answer to a page that is still open would bring the session of before.
        for left in context.pages:
            left.close()
        context.clear_cookies()
        return open_as(user, path)

    return opened
