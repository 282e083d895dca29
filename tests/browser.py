"""A real headless Chromium, driven over its DevTools protocol through two pipes: nothing to install but the browser.

`launched()` gives a `Browser`, or skips the test with a reason. `TINYGRAD_ACT_BROWSER` names another program.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

import pytest

fcntl = pytest.importorskip("fcntl", reason="the browser is driven through two pipes, which Windows lacks")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
USUAL = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = (
    "--headless", "--remote-debugging-pipe", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1", "--window-size=1200,800",
)  # fmt: skip
HOW = "install one, for example with `apt-get install chromium`, or set TINYGRAD_ACT_BROWSER to its path"
START = "import os, sys; a = sys.argv; os.dup2(int(a[1]), 3); os.dup2(int(a[2]), 4); os.execv(a[3], a[3:])"
"""The browser wants its pipes under the numbers 3 and 4, which may be in use here."""
PATIENCE = 30.0
"""Seconds that any single answer may take."""

KEY_CODES = {"ArrowLeft": 37, "ArrowRight": 39, "Home": 36, "End": 35, "Enter": 13, "Escape": 27, "Tab": 9, " ": 32}


class CannotStart(Exception):
    """The browser is there but does not run: what it said."""


class Browser:
    """One browser with one page. `problems` collects errors, refused resources and requests of the page."""

    def __init__(self, program: str, folder: str) -> None:
        read_here, write_there = map(_above_ten, os.pipe())
        read_there, write_here = map(_above_ten, os.pipe())
        flags = [*FLAGS, f"--user-data-dir={folder}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium's sandbox refuses to run as root
        self._errors = open(pathlib.Path(folder) / "stderr.txt", "w+", errors="replace")  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-ISc", START, str(read_there), str(write_there), program, *flags, "about:blank"],
            pass_fds=(read_there, write_there), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=self._errors, start_new_session=True,
        )  # fmt: skip
        os.close(read_there)
        os.close(write_there)
        self._read, self._write = read_here, write_here
        self._waiting = b""
        self._number = 0
        self._session = ""
        self.problems: list[str] = []
        self._loaded = False
        try:
            self._attach()
        except BaseException:
            self.close()
            raise

    def _attach(self) -> None:
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: object) -> dict:
        """Send one command and return its result."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        with contextlib.suppress(BrokenPipeError):  # it has ended: reading says so, and what it said
            os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def _next(self) -> dict:
        """The next message; events are taken note of."""
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._waiting:
            ready, _, _ = select.select([self._read], [], [], max(0.0, end - time.monotonic()))
            chunk = os.read(self._read, 1 << 16) if ready else b""
            if not chunk:
                self._errors.seek(0)
                raise CannotStart(f"no answer to the DevTools protocol; it said {self._errors.read()[-400:]!r}")
            self._waiting += chunk
        first, _, self._waiting = self._waiting.partition(b"\0")
        message = json.loads(first)
        self._note(message.get("method", ""), message.get("params", {}))
        return message

    def _note(self, method: str, params: dict) -> None:
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            self.problems.append(str(params["exceptionDetails"]))
        elif method in ("Runtime.consoleAPICalled", "Log.entryAdded"):
            self.problems.append(str(params))
        elif method == "Network.requestWillBeSent":
            url = params["request"]["url"]
            if not url.startswith("file:"):
                self.problems.append(f"request: {url}")

    def open(self, path: pathlib.Path, fragment: str = "") -> None:
        """Load a file from the start."""
        self._visit("about:blank")  # else a new fragment of the same file would not load it again
        self.problems = []
        self._visit(path.as_uri() + fragment)

    def _visit(self, url: str) -> None:
        self._loaded = False
        self.send("Page.navigate", url=url)
        while not self._loaded:
            self._next()

    def evaluate(self, expression: str):
        """What a JavaScript expression gives, as plain data; a promise is waited for."""
        done = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in done:
            raise RuntimeError(f"{expression}: {done['exceptionDetails']}")
        return done["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true, at most `PATIENCE` seconds."""
        end = time.monotonic() + PATIENCE
        while not self.evaluate(expression):
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.02)

    def press(self, *keys: str) -> None:
        """Press keys one after the other, as a keyboard does."""
        for key in keys:
            text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
            code = KEY_CODES.get(key, ord(key.upper()[0]))
            known = {"key": key, "windowsVirtualKeyCode": code, **({"text": text} if text else {})}
            self.send("Input.dispatchKeyEvent", type="keyDown", **known)
            self.send("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def mouse(self, kind: str, x: float, y: float, **more: object) -> None:
        """One mouse event: `mouseMoved`, `mousePressed`, `mouseReleased`, `mouseWheel`."""
        self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def middle(self, selector: str) -> tuple[float, float]:
        """Where the middle of an element is on the screen."""
        x, y = self.evaluate(
            f"(() => {{ const r = document.querySelector({json.dumps(selector)}).getBoundingClientRect(); "
            "return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        return x, y

    def click(self, selector: str) -> None:
        """Move to the middle of an element and click."""
        x, y = self.middle(selector)
        self.mouse("mouseMoved", x, y)
        self.mouse("mousePressed", x, y, button="left", clickCount=1)
        self.mouse("mouseReleased", x, y, button="left", clickCount=1)

    def prefer(self, **features: str) -> None:
        """Media features, `prefers_color_scheme="dark"`; none restores the defaults."""
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.send("Emulation.setEmulatedMedia", features=named)

    def close(self) -> None:
        """End the browser that was started here, and nothing else."""
        for end in (self._read, self._write):
            os.close(end)  # it ends by itself when its pipe closes
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
        self._errors.close()


def _above_ten(end: int) -> int:
    """The same end of a pipe under a number that is not 3 or 4, which the browser wants to have."""
    moved = fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(end)
    return moved


@contextlib.contextmanager
def launched():
    """A running browser; skips with a reason where there is none or it cannot start."""
    program = os.environ.get("TINYGRAD_ACT_BROWSER") or next(filter(None, map(shutil.which, [*NAMES, *USUAL])), None)
    if program is None:
        pytest.skip(f"no Chromium or Chrome is installed: {HOW}")
    with tempfile.TemporaryDirectory(prefix="tinygrad_act_browser", ignore_cleanup_errors=True) as folder:
        browser = None
        try:
            browser = Browser(program, folder)
        except (CannotStart, OSError) as error:
            pytest.skip(f"{program} is installed but cannot start ({error}); {HOW}")
        try:
            yield browser
        finally:
            browser.close()
