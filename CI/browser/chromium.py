"""A Chromium that a script drives over the DevTools protocol, as a person would: by mouse, by keyboard, with and without scripts."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

import websocket


class PageError(Exception):
    """What a page did that it must not, or did not do in time."""


KEYS = {
    "Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, ""), " ": (32, " "), "ArrowDown": (40, ""), "ArrowUp": (38, ""),
}


class Chromium:
    """One browser with one page. Closed, it leaves nothing."""

    def __init__(self, width=1280, height=900):
        self.profile = tempfile.mkdtemp(prefix="xend-chromium-")
        self.process = subprocess.Popen(
            [
                shutil.which("chromium") or "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-extensions", "--disable-background-networking", "--remote-debugging-port=0",
                "--remote-allow-origins=*", f"--user-data-dir={self.profile}", "--hide-scrollbars",
                f"--window-size={width},{height}", "about:blank",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.socket = None
        self.events = []
        self.number = 0
        self.session = None
        self.problems = []
        try:
            self.connect()
        except BaseException:
            self.close()
            raise
        self.size(width, height)

    def connect(self):
        """Takes the one page of the browser."""
        place = os.path.join(self.profile, "DevToolsActivePort")
        deadline = time.monotonic() + 60
        while not os.path.exists(place) or not open(place).read().count("\n"):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise PageError("Chromium does not start")
            time.sleep(0.1)
        port, path = open(place).read().split("\n")[:2]
        self.socket = websocket.create_connection(f"ws://127.0.0.1:{port}{path}", timeout=30, suppress_origin=True)
        target = next(t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "Accessibility"):
            self.call(f"{domain}.enable")

    def close(self):
        """Ends the browser."""
        if self.socket:
            try:
                self.session = None
                self.call("Browser.close")
            except Exception:  # pylint: disable=broad-except
                pass  # it may be gone already, and is ended below
            self.socket.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    # -- The protocol --------------------------------------------------------------------------------------------------

    def call(self, method, **parameters):
        """Asks, and returns the answer; what happened meanwhile is kept."""
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                if "error" in answer:
                    raise PageError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.note(answer)

    def note(self, event):
        """Errors of scripts and of the content policy are problems of the page."""
        method, what = event.get("method", ""), event.get("params", {})
        self.events.append(method)
        if method == "Runtime.exceptionThrown":
            detail = what["exceptionDetails"]
            self.problems.append(f"script: {detail.get('text')} {detail.get('exception', {}).get('description', '')}")
        if method == "Log.entryAdded" and what["entry"]["level"] == "error":
            entry = what["entry"]
            # A page that says 404 or 409 is what was asked for.
            if entry.get("source") != "network":
                self.problems.append(f"{entry.get('source')}: {entry['text']}")

    # -- Looking -------------------------------------------------------------------------------------------------------

    def size(self, width, height=900):
        """The window."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def dark(self, is_dark):
        """What the reader prefers."""
        self.call(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}])

    def scripts(self, are_on):
        """Whether pages may run scripts."""
        self.call("Emulation.setScriptExecutionDisabled", value=not are_on)

    def evaluate(self, expression):
        """The value of an expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise PageError(f"{expression}: {result['exceptionDetails'].get('exception', {}).get('description')}")
        return result["result"].get("value")

    def until(self, expression, seconds=10):
        """Waits until an expression in the page is true."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                value = self.evaluate(expression)
            except PageError:
                value = None  # between two pages
            if value:
                return value
            if time.monotonic() > deadline:
                raise PageError(f"not within {seconds} s: {expression}\n{self.text()[:2000]}")
            time.sleep(0.05)

    def text(self):
        """What a person reads."""
        return self.evaluate("document.body ? document.body.innerText : ''") or ""

    def title(self):
        """Of the window."""
        return self.evaluate("document.title")

    def path(self):
        """Path and query of the address."""
        return self.evaluate("location.pathname + location.search")

    def picture(self, path, whole=True):
        """Writes a PNG."""
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    # -- Going and acting ----------------------------------------------------------------------------------------------

    def go(self, url):
        """Opens an address, and waits until it is there."""
        self.loaded(lambda: self.call("Page.navigate", url=url))

    def reload(self):
        """As F5 does; a form is sent again."""
        self.loaded(lambda: self.call("Page.reload"))

    def back(self):
        """As the button does."""
        history = self.call("Page.getNavigationHistory")
        entry = history["entries"][history["currentIndex"] - 1]
        self.loaded(lambda: self.call("Page.navigateToHistoryEntry", entryId=entry["id"]))

    def loaded(self, act, seconds=15):
        """Acts, and waits for the page that comes of it."""
        self.events.clear()
        self.evaluate("window.xendOld = true")
        act()
        deadline = time.monotonic() + seconds
        while True:
            try:
                if self.evaluate("!window.xendOld && document.readyState === 'complete'"):
                    return
            except PageError:
                pass  # between two pages
            if time.monotonic() > deadline:
                raise PageError(f"no page came within {seconds} s; this one is {self.path()}")
            time.sleep(0.03)

    def place(self, selector):
        """Scrolls an element into sight and returns its middle."""
        box = self.evaluate(
            "(function () { var e = document.querySelector(%s); if (!e) { return null; }"
            " e.scrollIntoView({block: 'center'}); var r = e.getBoundingClientRect();"
            " return [r.left + r.width / 2, r.top + r.height / 2, r.width]; })()" % json.dumps(selector))
        if not box or not box[2]:
            raise PageError(f"{self.path()} has no {selector} that can be seen")
        return box[0], box[1]

    def click(self, selector, times=1):
        """With the mouse."""
        x, y = self.place(selector)
        for count in range(1, times + 1):
            for kind in ("mousePressed", "mouseReleased"):
                self.call(
                    "Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)

    def follow(self, selector):
        """Clicks on what leads to another page."""
        self.loaded(lambda: self.click(selector))

    def type(self, text):
        """Into what has the focus."""
        self.call("Input.insertText", text=text)

    def type_keys(self, text):
        """Key by key, as a terminal hears it."""
        for letter in text:
            key = "Enter" if letter == "\r" else letter
            self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=letter)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def upload(self, selector, path):
        """Chooses a file."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[path])

    def press(self, key, shift=False):
        """A key of the keyboard."""
        code, text = KEYS[key]
        common = {
            "key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": code, "modifiers": 8 if shift else 0}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def tab_to(self, selector, limit=200):
        """Presses Tab until an element has the focus."""
        for _ in range(limit):
            if self.evaluate(f"!!document.activeElement && document.activeElement.matches({json.dumps(selector)})"):
                return
            self.press("Tab")
        raise PageError(f"{limit} presses of Tab do not lead to {selector} on {self.path()}")
