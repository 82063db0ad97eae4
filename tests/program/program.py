"""The program as its user calls it: in a folder of its own, by its command line. Imported by the tests beside this file.

SAFECONDUCT is the path of the binary, SAFECONDUCT_SOURCE of the checkout (ctest sets both).
"""
import csv
import io
import os
import pathlib
import re
import signal
import subprocess
import time

import pytest

SOURCE = pathlib.Path(os.environ.get("SAFECONDUCT_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
PROGRAM = pathlib.Path(os.environ.get("SAFECONDUCT", SOURCE / "build" / "release" / "safeconduct")).resolve()


def safeconduct(*arguments, program=PROGRAM, variables=None, fails=False, **more):
    """Runs the program to its end. Arguments need not be text; `variables` are added to the environment."""
    more = {"capture_output": True, "text": True, "timeout": 300, "env": os.environ | (variables or {})} | more
    ran = subprocess.run([str(program), *map(str, arguments)], **more)
    assert fails or ran.returncode == 0, f"{arguments} left with {ran.returncode}: {ran.stderr}"
    return ran


class started:
    """The program at work, ended with the block."""

    def __init__(self, folder, *arguments, **more):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([PROGRAM, *arguments], cwd=folder, **(pipes | more))

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def catches(process, number):
    status = pathlib.Path("/proc", str(process.pid), "status").read_text()
    return int(re.search(r"^SigCgt:\s*(\w+)", status, re.M)[1], 16) >> (number - 1) & 1


def wait_until_it_lives(process, seconds=0):
    """Until it catches signals: before, it loads the scenario and has nothing to save. Then histories for half a second
    of its own time or for `seconds`, however busy the machine."""
    of = pathlib.Path("/proc", str(process.pid))
    used = lambda: sum(map(int, (of / "stat").read_text().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")
    deadline, began = time.monotonic() + 60, None
    while time.monotonic() < deadline and process.poll() is None:
        if began is None and catches(process, signal.SIGTERM):
            began = used()
        if began is not None and used() > began + max(0.5, seconds):
            return
        time.sleep(0.02)
    pytest.fail("it never began")


def lacking(tool):
    """Skips a test for want of a tool; where CI=true the tool has to be there."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{tool} is not here")


def rows(text):
    """The lines of a CSV table as dictionaries."""
    return list(csv.DictReader(io.StringIO(text)))


def trips(results, *options):
    return rows(safeconduct("export", "trips", results, *options).stdout)
