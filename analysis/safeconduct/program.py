"""Calls the program from Python: live a scenario, get its results opened."""
from __future__ import annotations

import atexit
import datetime
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import xarray as xr

from .results import open_results


class ProgramError(RuntimeError):
    """The program did not do what it was asked; the message is the program's own, ``code`` its exit code."""

    def __init__(self, message: str, code: int):
        super().__init__(message)
        self.code = code

    def __reduce__(self):  # of a worker process, too
        return type(self), (str(self), self.code)


def program() -> str:
    """The program: what SAFECONDUCT names, else the one of this checkout, else the one on the PATH.

    >>> Path(program()).exists()
    True
    """
    named = os.environ.get("SAFECONDUCT")
    if named:
        return named
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "safeconduct").is_file() and (checkout / "sim").is_dir():
        return str(checkout / "safeconduct")
    found = shutil.which("safeconduct")
    if found:
        return found
    raise ProgramError("there is no program 'safeconduct' beside this package or on the PATH: say where it is in the "
                       "environment variable SAFECONDUCT", 127)


def run(scenario: str | Path = "dushanbe_2025", *, replicates: int | None = None, seed: int | None = None,
        threads: int | None = None, trips: str = "none", posterior: str | Path | None = None, sets: int | None = None,
        out: str | Path | None = None, quiet: bool = False, **overrides: Any) -> xr.Dataset:
    """Live a scenario and open its results.

    ``scenario``: a file, or the name of a shipped case. ``overrides``: keys of the scenario and their values, with
    ``__`` for the dot; keys with dots can be passed as ``**{"hosts.MNG.civil_society": 0.9}``. ``trips``: keep the
    decisions of ``none``, of a ``sample`` or of ``all`` replicates. ``posterior``: the file of a fit, or a CSV table
    with a column a parameter; the replicates are spread over its sets, at most ``sets`` of them. ``out``: where the
    results file goes; without it the file lies in a temporary folder until Python ends. Progress goes to stderr, which
    a notebook shows, unless ``quiet``. Raises ProgramError with the program's own words, FileNotFoundError,
    ResultsError, or ValueError.

    >>> ds = run("dushanbe_2025", replicates=20, parameters__th_J=3, quiet=True)
    >>> int(ds.attrs["replicates"]), "th_J = 3" in ds.attrs["provenance_scenario"]
    (20, True)
    >>> run("dushanbe_2025", replicates=20, parameters__th_j=3, quiet=True)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    safeconduct.program.ProgramError: ...unknown key 'parameters.th_j'...
    """
    if trips not in ("none", "sample", "all"):
        raise ValueError(f"trips is 'none', 'sample' or 'all', not {trips!r}")
    out = Path(out) if out else scratch(f"{Path(scenario).stem}.h5")
    words = ["run", str(scenario), "--out", str(out), "--trips", trips]
    words += options(replicates=replicates, seed=seed, threads=threads, posterior=posterior, sets=sets)
    call(words + settings(overrides), quiet)
    return open_results(out)


def card(host: str, date: str | datetime.date, scenario: str | Path = "dushanbe_2025", *, days: float | None = None,
         kind: str | None = None, value: float | None = None, lead: int | None = None, leader: str | None = None,
         posterior: str | Path | None = None, sets: int | None = None, replicates: int | None = None,
         seed: int | None = None, threads: int | None = None, quiet: bool = True, **overrides: Any) -> dict[str, Any]:
    """What one trip would come to: what ``safeconduct card --json`` prints, as a dictionary.

    ``host``: a code; ``date``: the first day. ``kind``, ``value``, ``days`` and ``lead`` (weeks) describe the occasion,
    without them a plain visit of two days and value 1. ``leader``: who is invited, everybody without it. The others as
    in ``run``. ``odds`` are shares of the invitations with 95 % intervals. ``arrest_ridge``: the chance of an arrest is
    mostly a prior, hence a row of chances that the record cannot tell apart. ``drivers``: what moves the leader and the
    host, in logits. Raises ProgramError with the program's own words.

    >>> trip = card("MNG", "2026-09-02", replicates=300)
    >>> trip["host_name"], sorted(trip["odds"]["visit"]), len(trip["arrest_ridge"])
    ('Mongolia', ['high', 'low', 'share'], 5)
    """
    day = date if isinstance(date, str) else toml(date)
    words = ["card", str(scenario), "--json", "--host", host, "--date", day]
    words += options(days=days, kind=kind, value=value, lead=lead, leader=leader, posterior=posterior, sets=sets,
                     replicates=replicates, seed=seed, threads=threads)
    return json.loads(call(words + settings(overrides), quiet))


def call(words: list[str], quiet: bool = True) -> str:
    """Run the program with these arguments and return what it wrote to stdout. Raises ProgramError.

    >>> call(["--version"]).split()[0]
    'safeconduct'
    """
    process = subprocess.Popen([program(), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               encoding="utf-8")
    said: list[str] = []

    def listen() -> None:
        for line in process.stderr:
            said.append(line)
            if not quiet:
                print(line, end="", file=sys.stderr, flush=True)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        output = process.stdout.read()
        code = process.wait()
    except KeyboardInterrupt:  # a notebook interrupts the kernel alone
        process.send_signal(signal.SIGINT)
        process.wait()
        raise
    finally:
        listener.join(timeout=5)
        process.stdout.close()
        process.stderr.close()
    if code != 0:
        raise ProgramError("".join(said).strip() or f"the program ended with exit code {code}", code)
    return output


def options(**given: Any) -> list[str]:
    """Options of the program, without those that are None.

    >>> options(replicates=20, seed=None)
    ['--replicates', '20']
    """
    return [word for name, value in given.items() if value is not None for word in (f"--{name}", str(value))]


def settings(overrides: dict[str, Any]) -> list[str]:
    """Keys of a scenario and their values as options.

    >>> settings({"parameters__th_J": 3})
    ['--set', 'parameters.th_J=3']
    """
    return [word for key, value in overrides.items() for word in ("--set", setting(key, value))]


def setting(key: str, value: Any) -> str:
    """A key of a scenario, with ``__`` or dots, and its value, as ``--set`` takes them.

    >>> setting("parameters__th_J", 3)
    'parameters.th_J=3'
    """
    return f"{key.replace('__', '.')}={toml(value)}"


def toml(value: Any) -> str:
    """A Python value as TOML.

    >>> [toml(v) for v in (True, 0.5, 3, "G20", datetime.date(2026, 9, 2), ["BRICS", "SCO"])]
    ['true', '0.5', '3', '"G20"', '2026-09-02', '["BRICS", "SCO"]']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return toml(value.item()) if hasattr(value, "item") else repr(value)  # a number, of Python or of NumPy


_folder: Path | None = None
_numbers = itertools.count()


def scratch(name: str) -> Path:
    """A new path that ends in this name, in a folder that goes when Python ends.

    >>> scratch("x.h5").exists(), scratch("x.h5") != scratch("x.h5")
    (False, True)
    """
    global _folder
    if _folder is None:
        _folder = Path(tempfile.mkdtemp(prefix="safeconduct_"))
        atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    return _folder / f"{next(_numbers)}_{name}"
