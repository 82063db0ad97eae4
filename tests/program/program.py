"""The program as its user calls it: in a folder of its own, by its command line. Imported by the tests beside this file.

SAFECONDUCT is the path of the binary, SAFECONDUCT_SOURCE of the checkout (ctest sets both).
"""
import csv
import io
import os
import pathlib
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ.get("SAFECONDUCT_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
PROGRAM = pathlib.Path(os.environ.get("SAFECONDUCT", SOURCE / "build" / "release" / "safeconduct")).resolve()


def safeconduct(*arguments, program=PROGRAM, variables=None, fails=False, **more):
    """Runs the program to its end. Arguments need not be text; `variables` are added to the environment."""
    more = {"capture_output": True, "text": True, "timeout": 300, "env": os.environ | (variables or {})} | more
    ran = subprocess.run([str(program), *map(str, arguments)], **more)
    assert fails or ran.returncode == 0, f"{arguments} left with {ran.returncode}: {ran.stderr}"
    return ran


def lacking(tool):
    """Skips a test for want of a tool; where CI=true the tool has to be there."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{tool} is not here")


def rows(text):
    """The lines of a CSV table as dictionaries."""
    return list(csv.DictReader(io.StringIO(text)))


def trips(results, *options):
    return rows(safeconduct("export", "trips", results, *options).stdout)
