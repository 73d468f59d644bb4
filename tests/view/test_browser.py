"""A real browser opens the viewer, plays it, and finds nothing to complain about."""

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from skillc.runtime.evaluate.skill import Skill
from skillc.runtime.view.viewer import Viewer
from tests.view.test_viewer import build, free_port  # noqa: F401

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed (pip install 'skillc[dev]')")
StaleElementReferenceException = pytest.importorskip("selenium.common.exceptions").StaleElementReferenceException

BROWSER, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
FLAGS = ("--headless=new", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
         "--window-size=640,400")  # fmt: skip
"""Drawn without a graphics card, in a container."""
PATIENCE_S = 90.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        BROWSER is None or DRIVER is None,
        reason="no browser: apt-get install chromium chromium-driver (`make browser`)",
    ),
]


@pytest.fixture
def browser() -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def until(true: Callable[[], Any], what: str) -> Any:
    """Return what `true` returns as soon as it is not empty."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if found := true():
                return found
        except StaleElementReferenceException:
            pass  # The page drew it anew while it was looked at.
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {PATIENCE_S:.0f} s")


def test_a_browser_opens_the_viewer_plays_it_and_has_no_errors(build: Path, browser: Any) -> None:  # noqa: F811
    shown = Viewer(Skill.load(build), "127.0.0.1", free_port())
    try:
        browser.get(shown.address)

        def button(text: str) -> Any:
            return [b for b in browser.find_elements("tag name", "button") if b.text.strip() == text]

        def page() -> str:
            return str(browser.find_element("tag name", "body").text)

        until(lambda: button("Play"), "the button")
        assert browser.find_elements("tag name", "canvas")
        words = ("robot and object", "human and object", "contact 20", "0.00 of 0.99 s")
        until(lambda: all(word in page() for word in words), "what the page says")
        until(lambda: [b.click() or True for b in button("Play")], "a click")
        until(lambda: "0.00 of" not in page(), "time on the page moves on")
        until(lambda: not shown._player.head.playing, "the clock comes to its end")
        until(lambda: "0.99 of 0.99 s" in page() and button("Play"), "the page shows the end")
        assert shown._robot.value == pytest.approx(0.99)
        severe = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
        assert severe == []
    finally:
        shown.close()
