"""One self-contained page about a results file: for a browser without a network, a phone, a printer.

    ./safeconduct report RESULTS [BASE] [--paired COMPARISON] --out report.html
    python -m safeconduct report RESULTS [BASE] [--paired COMPARISON] --out report.html

The page loads nothing: its policy forbids every request, styles and script lie in it under their hashes. Equal inputs
make equal bytes. Reasons and assumptions come from the program (``why --hosts``, ``page parameters``).
"""
from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import sys
from collections.abc import Sequence
from functools import cached_property
from html import escape
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from . import drawings
from .compare import open_comparison
from .intervals import Z, difference_of_shares, wilson
from .markup import (csv_text, decimals, download, html_table, interval, plus_minus, sha256, share, share_within,
                     signed, small_chance)
from .program import ProgramError, call
from .results import ResultsError, events, hosts, open_results, years

MARK = "<!-- a report of safeconduct -->"
CAVEAT = ("P(arrest) is mostly a prior: no sitting leader has been arrested on such a trip, so the record cannot tell "
          "a host that would never arrest from a leader who knows where not to go.")


#: What became of an invitation: column of the table of events, words, class of the colour.
_FATES = [("visited", "goes", "go"), ("cut_short", "goes, cut short", "cut"), ("stays_home", "stays home", "home"),
          ("withdrawn", "host withdraws", "withdrawn"), ("arrested", "arrested", "arrested"),
          ("delegate", "sends a delegate", "delegate"), ("skip", "skips", "skip"), ("open", "not settled", "open")]


def report(results: str | Path, base: str | Path | None = None, leader: str | None = None,
           paired: str | Path | None = None) -> str:
    """The page as text.

    ``results``: the file the page is about; ``base``: a second one to compare it with. ``leader``: the id of one leader
    (default: the first). ``paired``: a file of ``safeconduct compare`` in which both were lived side by side;
    differences then have the intervals of pairs of histories. Raises ResultsError or FileNotFoundError.

    >>> page = report(example)
    >>> page.startswith("<!doctype html>"), "Belarus" in page
    (True, True)
    """
    ds = open_results(results)
    other = open_results(base) if base else None
    who = _leader(ds, leader, results)
    if other is not None:
        _leader(other, who, base)
    pairs = _pairs(ds, other, who, paired) if paired else None
    return _Page(ds, who, other, Path(results), pairs).text()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="safeconduct report", description="Write one self-contained page about a results file.",
        epilog="Exit codes: 0 done, 2 bad command line, 65 bad results file, 74 cannot read or write.")
    parser.add_argument("results", nargs="+", metavar="RESULTS",
                        help="the results file, and after it the one to compare it with")
    parser.add_argument("--out", default="report.html",
                        help="where the page goes (default: report.html; -: standard output)")
    parser.add_argument("--paired", metavar="COMPARISON",
                        help="what 'safeconduct compare' wrote of the two: sharper intervals")
    parser.add_argument("--leader", help="id of the leader the page is about (default: the first)")
    given = parser.parse_args(arguments)
    if len(given.results) > 2:
        parser.error("at most two results files: the one reported, and the one to compare it with")
    if given.paired and len(given.results) < 2:
        parser.error("--paired needs two results files")
    try:
        if given.out != "-":
            _must_be_free(Path(given.out))
        page = report(*given.results, leader=given.leader, paired=given.paired)
        if given.out == "-":
            sys.stdout.buffer.write(page.encode())
            sys.stdout.buffer.flush()
            return 0
        _write_whole(Path(given.out), page)
    except ResultsError as e:
        print(f"safeconduct: {e}", file=sys.stderr)
        return 65
    except ProgramError as e:
        print(e, file=sys.stderr)
        return e.code
    except OSError as e:
        print(f"safeconduct: {f'{e.filename}: {e.strerror}' if e.filename else e}", file=sys.stderr)
        return 74
    print(f"wrote {given.out}")
    return 0


def _leader(ds: xr.Dataset, wanted: str | None, path: str | Path | None) -> str:
    known = [str(name) for name in ds["leader"].values]
    if wanted is None:
        return known[0]
    if wanted not in known:
        raise ResultsError(f"{path} has no leader {wanted!r}; it has {', '.join(known)}")
    return wanted


def _pairs(ds: xr.Dataset, base: xr.Dataset | None, leader: str, path: str | Path) -> xr.Dataset:
    """The part of a comparison that is about these two runs: it has the same means, so it lived the same histories."""
    found = open_comparison(path)
    if base is None or leader not in found["leader"].values:
        raise ResultsError(f"{path} does not compare two worlds of {leader!r}")
    here = found.sel(leader=leader)
    names = [m for m in ds["measure"].values if m in found["outcome"].values and m not in ("arrests", "hazard")]
    mean = lambda one: one["measure_mean"].sel(leader=leader, measure=names).values
    for alternative in found["alternative"].values:
        at = here.sel(alternative=alternative)
        if (np.allclose(at["base"].sel(outcome=names), mean(base), rtol=1e-6)
                and np.allclose(at["alternative_mean"].sel(outcome=names), mean(ds), rtol=1e-6)):
            return at
    raise ResultsError(f"{path} compares other histories than those of {ds.attrs['path']} and {base.attrs['path']}: "
                       f"let 'safeconduct compare' live the base and the alternative with --replicates "
                       f"{int(ds.attrs['replicates'])} --seed {int(ds.attrs['seed'])}, and run both so")


def _must_be_free(path: Path) -> None:
    """Refuses what is there and is no report, by its first bytes alone: a device has no end."""
    if not path.exists():
        return
    first = b""
    if path.is_file():
        with open(path, "rb") as f:
            first = f.read(200)
    if MARK.encode() not in first:
        raise FileExistsError(f"{path} is not a report of safeconduct and is left alone (--out FILE names another)")


def _write_whole(path: Path, text: str) -> None:
    partial = path.with_name(path.name + ".partial")
    try:
        with open(partial, "w", encoding="utf-8", newline="\n") as f:
            f.write(text)
            f.flush()
            os.fsync(f.fileno())
        os.replace(partial, path)
    except OSError as e:  # of a full disk Python does not say where
        raise OSError(e.errno, e.strerror, e.filename or str(partial)) from e
    finally:
        partial.unlink(missing_ok=True)


def _ask(*words: str | Path) -> str:
    return call([str(word) for word in words])


# --- the page --------------------------------------------------------------------------------------------------------

class _Page:
    def __init__(self, ds: xr.Dataset, leader: str, base: xr.Dataset | None, path: Path,
                 pairs: xr.Dataset | None) -> None:
        self.ds, self.leader, self.base, self.pairs = ds, leader, base, pairs
        self.l = [str(v) for v in ds["leader"].values].index(leader)
        self.name = str(ds["leader_name"].values[self.l])
        self.home = str(ds["leader_home"].values[self.l])
        self.years = years(ds)
        self.n = int(ds.attrs["replicates"])
        self.stands = json.loads(_ask("why", path, "--hosts", "--json"))
        self.hosts = self._hosts()
        self.events = self._events(ds)
        self.parameters = self._parameters()

    # tables

    def _hosts(self) -> pd.DataFrame:
        table = hosts(self.ds)
        table = table[table["leader"] == self.leader].drop(columns="leader").reset_index(drop=True)
        stand = {h["host"]: h for h in self.stands["hosts"] if h["leader"] == self.leader}
        for column in ("duty", "alliance", "pressure_to_comply", "compliance_index", "p_refuse"):
            table[column] = [stand.get(code, {}).get(column, np.nan) for code in table["host"]]
        table["p_arrest_at_rest"] = [stand.get(code, {}).get("p_arrest", np.nan) for code in table["host"]]
        self.terms = {code: [(t["term"], t["logits"]) for t in h["terms"]] for code, h in stand.items()}
        return table

    def _events(self, ds: xr.Dataset) -> pd.DataFrame:
        names = [str(v) for v in ds.variables if str(v).startswith("event_") and ds[v].dims == ("event",)]
        table = pd.DataFrame({v.removeprefix("event_"): ds[v].values for v in names})
        table = table[table["leader"] == self.leader].reset_index(drop=True)
        table["open"] = table["void"] + table["pending"]
        known = events(ds, self.leader)
        table["duty"] = table["row"].map(dict(zip(known["row"], known["duty"])))
        return table

    def _parameters(self) -> pd.DataFrame:
        lines = [line for line in _ask("page", "parameters").splitlines() if line.startswith("| `")]
        rows = [[c.strip().strip("`") for c in line.strip("|").split("|")] for line in lines]
        table = pd.DataFrame(rows, columns=["symbol", "default", "range", "unit", "prior", "source", "meaning"])
        with_values = dict(csv.reader(io.StringIO(self._world("parameters.csv"))))
        table["value"] = [with_values.get(s, "") for s in table["symbol"]]
        table["kind"] = [s.split()[0] for s in table["source"]]  # assumed, fitted, estimated, convention
        return table

    def _world(self, name: str) -> str:
        import h5py
        with h5py.File(self.ds.attrs["path"]) as f:
            return f["world"][name][()].decode()

    def _measure(self, ds: xr.Dataset, name: str) -> tuple[float, float]:
        at = {"leader": [str(v) for v in ds["leader"].values].index(self.leader),
              "measure": [str(v) for v in ds["measure"].values].index(name)}
        return float(ds["measure_mean"].isel(at)), float(ds["measure_se"].isel(at))

    def _ridge(self) -> tuple[np.ndarray, np.ndarray] | None:
        if "ridge_p_arrest" not in self.ds or self.ds.sizes.get("kap_arrest", 0) == 0:
            return None
        return self.ds["kap_arrest"].values, self.ds["ridge_p_arrest"].values[self.l]

    # sections

    def text(self) -> str:
        page = files("safeconduct").joinpath("page")
        style = page.joinpath("report.css").read_text(encoding="utf-8")
        script = page.joinpath("report.js").read_text(encoding="utf-8")
        sections = [("answer", "In short", self._answer()), ("map", "The map", self._map()),
                    ("calendar", "The calendar", self._calendar()), ("ledger", "The ledger of hosts", self._ledger()),
                    ("trends", "Trends", self._trends())]
        if self.base is not None:
            sections.append(("comparison", "Compared with the base case", self._comparison()))
        sections += [("assumptions", "Assumptions", self._assumptions()), ("method", "Method in words", self._method()),
                     ("limits", "What it cannot say", self._limits()), ("data", "Data and provenance", self._data())]
        policy = (f"default-src 'none'; style-src {sha256(style)}; script-src {sha256(script)}; base-uri 'none'; "
                  "form-action 'none'")
        first, last = (str(self.ds["week"].values[i])[:10] for i in (0, -1))
        title = f"Where can {self.name} travel?"
        nav = "".join(f'<li><a href="#{key}">{escape(heading)}</a></li>' for key, heading, _ in sections)
        body = "".join(f'<section id="{key}" aria-labelledby="{key}-h"><h2 '
                       f'id="{key}-h">{escape(heading)}</h2>\n{text}</section>\n'
                       for key, heading, text in sections)
        return f"""<!doctype html>
{MARK}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{escape(title)} {escape(str(self.ds.attrs["title"]))}</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#answer">Skip to the answer</a>
<header>
<p class="kicker">safeconduct · {escape(str(self.ds.attrs["title"]))}</p>
<h1>{escape(title)}</h1>
<p class="lead">{escape(self._question(first, last))}</p>
</header>
<nav aria-label="Sections"><ul>{nav}</ul></nav>
<main>
{body}</main>
<footer><p>{escape(CAVEAT)}</p></footer>
<script type="application/json" id="states">{self._states()}</script>
<script>{script}</script>
</body>
</html>
"""

    def _question(self, first: str, last: str) -> str:
        wanted = int(self.ds["leader_warrant_week"].values[self.l]) < self.ds.sizes["week"]
        return ((f"{self.name} is wanted by the International Criminal Court, whose members have a duty to arrest and "
                 "which has no force of its own. " if wanted else
                 f"In this scenario no warrant is out against {self.name}. ")
                + f"From {first} to the week of {last} the model lives {self.n:,} histories of a world of states, "
                "NGOs, a court and the leader, and counts.")

    def _answer(self) -> str:
        def tile(value: str, words: str, note: str = "") -> str:
            small = f"<small>{escape(note)}</small>" if note else ""
            return f"<li><strong>{escape(value)}</strong> {escape(words)}{small}</li>\n"

        def a_year(name: str, places: int = 1) -> tuple[str, str]:
            mean, se = self._measure(self.ds, name)
            return f"{mean / self.years:.{places}f}", f"± {Z * se / self.years:.{places + 1}f}, simulation error"

        visits, members = a_year("visits"), a_year("member_visits", 2)
        none = self.ds["itineraries_by_member_visits"].values[self.l]
        some = 1 - float(none[0]) / max(float(none.sum()), 1)
        tiles = tile(visits[0], "visits a year", visits[1])
        tiles += tile(members[0], "of them to hosts with a duty to arrest", members[1])
        tiles += tile(share(some), "of histories have at least one such visit")
        withdrawn, home = a_year("withdrawn", 2), a_year("stays_home", 2)
        tiles += tile(withdrawn[0], "announced visits a year that the host withdraws", withdrawn[1])
        tiles += tile(home[0], "announced visits a year from which the leader stays home", home[1])
        text = f'<ul class="tiles">\n{tiles}</ul>\n'
        ridge = self._ridge()
        if ridge is not None and np.isinf(ridge[0]).any():
            text += "<p>P(arrest): none by assumption; an infinite kap_arrest says that no host arrests.</p>\n"
        if ridge is not None and (ridge[1] > 0).any():
            kap, p = ridge
            losses = self.ds["ridge_Lambda"].values[self.l]
            text += (f"<p>The chance of an arrest within the period lies anywhere between <strong>{1000 * p.min():.1f} "
                     f"and {1000 * p.max():.1f} per thousand</strong>, depending on what is assumed and cannot be "
                     f"observed. {escape(CAVEAT)} Read the row as a range, never one of its columns as the "
                     f"answer.</p>\n")
            own = dict(zip(self.parameters["symbol"], self.parameters["value"])).get("kap_arrest")
            head = ["assumed threshold kap_arrest"] + [f"{k:.1f}{'*' if own and float(own) == k else ''}" for k in kap]
            errors = self.ds["ridge_p_arrest_se"].values[self.l]
            rows = [["assumed loss from arrest, Lambda"] + [f"{x:.0f}" for x in losses],
                    ["P(arrest), per thousand histories"] + [f"{1000 * x:.1f}" for x in p],
                    ["±, simulation error"] + [f"{1000 * Z * x:.1f}" for x in errors],
                    ["visits a year"] + [f"{x / self.years:.1f}" for x in self.ds["ridge_visits"].values[self.l]]]
            text += html_table(head, rows,
                               "The risk of arrest along what the record cannot tell apart (* as assumed here)",
                               len(kap))
            if self._sets:
                text += (f"<p>These rows are the scenario's own parameters', not those of the {self._sets} parameter "
                         f"sets that the rest of this page rests on.</p>\n")
        text += self._ignorance()
        top = self.hosts.sort_values(["visits_a_year", "host"], ascending=[False, True]).head(5)
        text += "<p>Most visited: " + ", ".join(
            f"{escape(r.name)} ({r.visits_a_year:.2f} a year{', a duty to arrest at the start' if r.duty == 1 else ''})"
            for r in top.itertuples(index=False)) + ".</p>\n"
        return text

    @cached_property
    def _sets(self) -> int:
        """Parameter sets of the run; 0: it was lived under the scenario's own."""
        import h5py
        with h5py.File(self.ds.attrs["path"]) as f:
            return len(f["posterior"]["set"]) if "posterior" in f else 0

    def _ignorance(self) -> str:
        """Chance and what nobody knows about the parameters, where the run was over parameter sets."""
        if not self._sets:
            return ""
        import h5py
        with h5py.File(self.ds.attrs["path"]) as f:
            chance, ignorance, error = (f["posterior"][f"measure_{name}"][self.l]
                                        for name in ("chance", "ignorance", "ignorance_se"))
        rows = []
        for name, words in (("visits", "visits"), ("member_visits", "visits to hosts with a duty to arrest"),
                            ("withdrawn", "withdrawn by the host"), ("stays_home", "stays home after announcing")):
            i = [str(v) for v in self.ds["measure"].values].index(name)
            within, between = float(chance[i]), max(0.0, float(ignorance[i]))  # NaN of a single set: 0
            seen = ignorance[i] > 2 * error[i]
            rows.append([words, f"{self._measure(self.ds, name)[0]:.2f}", f"{within ** 0.5:.2f}",
                         f"{between ** 0.5:.2f}" if seen else f"({between ** 0.5:.2f})",
                         escape(share(between / (within + between) if within + between > 0 else np.nan))])
        head = ["in the whole period", "mean", "chance (sd)", "ignorance (sd)", "ignorance's share"]
        return html_table(head, rows, f"Chance, and ignorance of the parameters: {self._sets} parameter sets "
                          "(in brackets: no more than the noise could be)", 4)

    # the map

    def _map(self) -> str:
        radios = "".join(
            f'<label><input type="radio" name="metric" value="{i}"{" checked" if i == 0 else ""}> '
            f'{escape(words)}</label>'
            for i, (_, words, _, _) in enumerate(drawings.METRICS))
        names = self.hosts[self.hosts["host"] != self.home].sort_values("name")
        options = "".join(f'<option value="{r.host}">{escape(r.name)}</option>' for r in names.itertuples())
        return f"""<p class="hint">Choose a state on the map or in the list: its odds and its reasons stand below it.
On the keyboard the arrow keys
walk from state to state.</p>
<div class="controls"><fieldset><legend>Colour</legend>{radios}</fieldset>
<label class="pick">State <select id="pick">{options}</select></label></div>
<div class="mapgrid">
{drawings.world(self.hosts, self.home)}
<div id="state" class="panel" aria-live="polite"><p>Without its script this page shows the figures in <a
href="#all-hosts">the table of all hosts</a>.</p></div>
</div>
{self._host_table()}"""

    def _host_table(self) -> str:
        table = self.hosts[self.hosts["host"] != self.home].sort_values(["visits_a_year", "name"],
                                                                        ascending=[False, True])
        rows = []
        for _, r in table.iterrows():
            n, half = r["opportunities"], Z * r["visits_a_year_se"]
            rows.append([escape(r["name"]), "yes" if r["duty"] == 1 else "", f"{r['visits_a_year']:.{decimals(half)}f}",
                         f"{half:.{decimals(half)}f}", f"{n / self.n / self.years:.2f}",
                         escape(share(r["go"] / n if n else np.nan)),
                         escape(share(r["withdrawn"] / r["go"] if r["go"] else np.nan)),
                         f"{r['compliance_index']:+.1f}" if np.isfinite(r["compliance_index"]) else "–",
                         small_chance(r["p_refuse"]), small_chance(drawings.value(r, "arrest"))])
        head = ["host", "duty at the start", "visits a year", "±", "occasions a year", "answered go",
                "withdrawn, of these", "index c", "refuses", "would arrest (mostly a prior)"]
        caption = "All hosts, by visits a year; index, refusal, arrest: before anything has happened"
        text = html_table(head, rows, caption, 9)
        return f'<details id="all-hosts"><summary>All hosts as a table</summary>\n{text}</details>\n'

    def _states(self) -> str:
        out = {}
        for _, r in self.hosts.iterrows():
            if r["host"] == self.home:
                continue
            n, go, arrivals = float(r["opportunities"]), float(r["go"]), float(r["arrivals"])
            half = Z * r["visits_a_year_se"]
            lines = [["Visits a year", f"{r['visits_a_year']:.{decimals(half)}f} ± {half:.{decimals(half)}f}"],
                     ["Occasions a year", f"{n / self.n / self.years:.2f}"]]
            if n:
                lines.append(["Answered go", share(go / n)])
            if go:
                lines += [["Announced, then withdrawn by the host", share(r["withdrawn"] / go)],
                          ["Announced, the leader stays home", share(r["stays_home"] / go)]]
            if r["duty"] == 1:
                lines.append(["Would arrest a visitor, before anything has happened (mostly a prior)",
                              small_chance(drawings.value(r, "arrest"))])
                if arrivals:
                    lines.append(["The same, mean over those who did arrive (mostly a prior)",
                                  small_chance(r["p_arrest"])])
            out[r["host"]] = {"name": r["name"], "duty": bool(r["duty"] == 1), "odds": lines,
                              "refuse": small_chance(r["p_refuse"]),
                              "terms": [[t, round(x, 2)] for t, x in self.terms.get(r["host"], []) if abs(x) >= 0.005]}
        return json.dumps(out, ensure_ascii=False, separators=(",", ":"), sort_keys=True).replace("<", "\\u003c")

    # the calendar

    def _calendar(self) -> str:
        if self.events.empty:
            return "<p>Nothing is scheduled in this scenario: all trips are bilateral ideas.</p>\n"
        names = dict(zip(self.hosts["host"], self.hosts["name"]))
        legend = "".join(f'<li><svg viewBox="0 0 14 14" aria-hidden="true"><rect class="f-{c}" width="14" '
                         f'height="14"/></svg> {w}</li>'
                         for _, w, c in _FATES)
        items = ""
        for _, e in self.events.sort_values(["week", "row"]).iterrows():
            n = float(e["opportunities"])
            shares = [(float(e[k]) / n if n else 0.0, w, c) for k, w, c in _FATES]
            x, bars = 0.0, ""
            for p, _, c in shares:
                if p > 0:
                    bars += f'<rect class="f-{c}" x="{x:.2f}" width="{100 * p:.2f}" height="10"/>'
                x += 100 * p
            words = ", ".join(f"{w} {share(p)}" for p, w, _ in shares if p > 0) or "never comes up"
            goes = float(e["visited"] + e["cut_short"])
            low, high = (float(x) for x in wilson(goes, n))
            mark = '<span class="mark" title="a duty to arrest">duty</span>' if e["duty"] else ""
            items += (f'<li><span class="when">{escape(e["date"])}</span> <span class="what">{escape(e["name"])}, '
                      f'{escape(names.get(e["host"], e["host"]))} {mark}</span>'
                      f'<svg class="strip" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
                      f'aria-label="{escape(words)}">'
                      f"<title>{escape(words)}</title>{bars}</svg>"
                      f'<span class="goes">goes {escape(share_within(goes / n if n else np.nan, low, high))} '
                      f'<small>{interval(low, high)}</small></span></li>\n')
        return (f'<p>What becomes of each scheduled occasion, as shares of the histories in which it comes up. '
                f'Goes: a visit, in full or cut short; an arrest is counted on its own. In brackets 95 % intervals of '
                f'the simulation error. Duty: to arrest, in the week of the occasion.</p>\n'
                f'<ul class="legend">{legend}</ul>\n<ol class="calendar">\n{items}</ol>\n')

    # the ledger

    def _ledger(self) -> str:
        table = self.hosts[np.isfinite(self.hosts["alliance"]) & (self.hosts["host"] != self.home)].copy()
        kap = float(dict(zip(self.parameters["symbol"], self.parameters["value"]))["kap_refuse"])
        return f"""<p>Every host weighs its tie to the leader's home state against everything that speaks for
complying, in one unit: logits, where 0 is even odds and each step of 1 multiplies the odds by 2.7. Above the line a
host would rather not receive the leader, before any campaign or visit has changed anything. Larger: more visits.</p>
{drawings.ledger(table, kap)}"""

    # trends

    def _trends(self) -> str:
        charts = [("nu", "Strength of the norm", "nu", None),
                  ("pressure", "NGO pressure, mean over hosts with a duty", "p", None),
                  ("isolation", "Isolation of the leader", "I", self.l), ("visits_so_far", "Visits so far", "", self.l)]
        dates = [str(d)[:10] for d in self.ds["week"].values]
        figures = ""
        for name, title, symbol, at in charts:
            bands = self.ds[f"{name}_quantile"].values
            figures += drawings.fan(title, symbol, bands if at is None else bands[at], dates)
        first = re.search(r"of the first ([\d,]*\d)", str(self.ds["quantile"].attrs.get("long_name", "")))
        some = first and self.n > int(first[1].replace(",", "")) and not self._ignorance()
        which = f"first {first[1]}" if some else f"{self.n:,}"
        return (f'<p>Bands hold half and nine tenths of the {which} histories; the line is the median. They show what '
                f'differs from history to history, not what is unknown about the parameters.</p>\n<div '
                f'class="charts">\n{figures}</div>\n')

    # comparison

    def _comparison(self) -> str:
        base = self.base
        assert base is not None
        span = years(base)
        words = [("visits", "visits"), ("member_visits", "visits to hosts with a duty to arrest"),
                 ("withdrawn", "withdrawn by the host"),
                 ("stays_home", "stays home"), ("delegated", "calendar events by a delegate"),
                 ("skipped", "calendar events skipped"),
                 ("days", "days abroad")]
        rows = []
        for name, label in words:
            (a, se_a), (b, se_b) = self._measure(self.ds, name), self._measure(base, name)
            a, se_a, b, se_b = a / self.years, se_a / self.years, b / span, se_b / span
            rows.append([f"{label} a year", f"{a:.2f}", f"{b:.2f}",
                         *self._change(a - b, np.hypot(se_a, se_b), name, span)])
        nu, nu_b = float(self.ds["final_nu"]), float(base["final_nu"])
        rows.append(["norm at the end", f"{nu:.2f}", f"{nu_b:.2f}", *self._change(
            nu - nu_b, np.hypot(float(self.ds["final_nu_se"]), float(base["final_nu_se"])), "final_nu")])
        head = ["measure", "this", "base", "difference", "±"]
        text = (f"<p>Base: {escape(str(base.attrs['title']))}, {int(base.attrs['replicates']):,} histories, seed "
                f"{int(base.attrs['seed'])}. "
                + ("Both were lived side by side under the same luck; the intervals are of pairs of histories.</p>\n"
                   if self.pairs is not None else
                   "Both runs met the same luck, so the intervals, which treat them as independent, are wider than "
                   "need be (<code>--paired</code> with a file of <code>safeconduct compare</code> makes them "
                   "sharp).</p>\n"
                   if int(base.attrs["seed"]) == int(self.ds.attrs["seed"]) else "The runs met different luck.</p>\n"))
        text += self._other_weeks(base)
        text += html_table(head, rows,
                           "Measures: this case, the base case, and the difference with its 95 % interval", 4)
        theirs = hosts(base)
        theirs = theirs[theirs["leader"] == self.leader].set_index("host")
        both = self.hosts[self.hosts["host"].isin(theirs.index)].copy()
        both["base"] = theirs.loc[both["host"], "visits_a_year"].to_numpy()
        both["change"] = both["visits_a_year"] - both["base"]
        both["error"] = Z * np.hypot(both["visits_a_year_se"].to_numpy(),
                                      theirs.loc[both["host"], "visits_a_year_se"].to_numpy())
        if self.pairs is not None:
            both["error"] = Z * self.pairs["host_difference_se"].sel(host=both["host"].to_numpy()).values / span
        both["size"] = both["change"].abs()
        most = both[both["size"] >= 0.005].sort_values(["size", "host"], ascending=[False, True]).head(12)
        rows = [[escape(r["name"]), f"{r['visits_a_year']:.2f}", f"{r['base']:.2f}",
                 *plus_minus(r["change"], r["error"])] for _, r in most.iterrows()]
        head = ["host", "this", "base", "difference", "±"]
        text += (html_table(head, rows, "Visits a year: the hosts that change most", 4) if rows else
                 "<p>No host is visited 0.005 times a year more or less.</p>\n")
        calendar = self._events(base).set_index(["name", "date"])
        rows = []
        for _, e in self.events.iterrows():
            if (e["name"], e["date"]) not in calendar.index or not e["opportunities"]:
                continue
            o = calendar.loc[(e["name"], e["date"])]
            o = o.iloc[0] if isinstance(o, pd.DataFrame) else o
            (goes, n), (went, m) = ((x["visited"] + x["cut_short"], x["opportunities"]) for x in (e, o))
            p, q = goes / n, went / m if m else np.nan
            low, high = (signed(100 * float(x), 1) for x in difference_of_shares(goes, n, went, m))
            rows.append([escape(e["name"]), escape(share(p)), escape(share(q)), *(
                [signed(100 * (p - q), 1), f"{low} to {high}"] if m else ["–", ""])])
        if rows:
            text += html_table(["occasion", "this: goes", "base: goes", "points", "95 %"], rows,
                               "The calendar: share of histories in which the leader goes, and the difference with its "
                               "95 % interval, as of independent runs", 4)
        return text

    def _other_weeks(self, base: xr.Dataset) -> str:
        """A warning where the two do not cover the same weeks, as ``safeconduct compare`` demands."""
        mine, theirs = ((str(ds["week"].values[0])[:10], ds.sizes["week"]) for ds in (self.ds, base))
        if mine == theirs:
            return ""
        weeks = lambda n: f"{n:,} week" + ("s" if n != 1 else "")
        return (f"<p><strong>The two do not cover the same weeks</strong>: this case {weeks(mine[1])} from {mine[0]}, "
                f"the base {weeks(theirs[1])} from {theirs[0]}. Their rates a year and their norms at the end cannot "
                f"be compared: other occasions, and stocks that have had another time to move, are part of every "
                f"difference below.</p>\n")

    def _change(self, difference: float, se: float, outcome: str, span: float = 1.0) -> list[str]:
        """A difference and half of its 95 % interval, of pairs where they are known."""
        if self.pairs is not None and outcome in self.pairs["outcome"].values:
            se = float(self.pairs["difference_se"].sel(outcome=outcome)) / span
        return plus_minus(difference, Z * se)

    # assumptions

    def _assumptions(self) -> str:
        p = self.parameters
        different = [v != "" and float(v) != float(d) for v, d in zip(p["value"], p["default"])]
        rows = [[f"<code>{escape(r.symbol)}</code>", escape(r.meaning), escape(r.kind), escape(r.source),
                 escape(r.prior),
                 f"{float(r.value):g}{' (default ' + escape(r.default) + ')' if changed else ''}" if r.value else "",
                 escape(r.unit)]
                for r, changed in zip(p.itertuples(), different)]
        counts = p["kind"].value_counts()
        text = (f"<p>The model has {len(p)} parameters: {counts.get('assumed', 0)} are assumed, "
                f"{counts.get('fitted', 0)} fitted to the record, {counts.get('estimated', 0)} estimated, "
                f"{counts.get('convention', 0)} conventions. "
                "Its world is made of measured figures where there are any, and of judgements, called such.</p>\n")
        settings = self._settings()
        if settings:
            text += html_table(["setting", "value", "given by"], settings,
                               "What this scenario sets (a shipped case's calendar apart)", 0)
        text += ('<details><summary>All parameters: meaning, kind, source, prior, value</summary>\n'
                 + html_table(["symbol", "meaning", "kind", "source", "prior", "value", "unit"], rows, "Parameters", 0)
                 + "</details>\n")
        sources = self._sources()
        if sources:
            text += ('<details><summary>The world: what is measured and what is judged</summary>\n'
                     + html_table(["table and columns", "what and where from", "kind"], sources, "Data of the world", 0)
                     + "</details>\n")
        return text

    def _settings(self) -> list[list[str]]:
        """What the scenario file or --set gives, the calendars of shipped cases apart."""
        cases = Path(__file__).resolve().parents[2] / "scenarios" / "cases"
        out, where = [], ""
        for line in self.ds.attrs["provenance_scenario"].splitlines():
            if table := re.match(r"\[+([^\]]+)\]+", line):
                where = table[1]
            entry = re.match(r"([\w.-]+) = (.*?)\s+# (?:.*[,;] )?(?:from )?((?:\S+\.toml:\d+)|--set)$", line)
            if not entry or not where and entry[1] in ("title", "start", "weeks", "end"):
                continue
            if not where.startswith("events.") or not (cases / entry[3].split(":")[0]).exists():
                out.append([f"<code>{escape(where + '.' if where else '')}{escape(entry[1])}</code>",
                            escape(entry[2].strip()), escape(entry[3])])
        return out

    def _sources(self) -> list[list[str]]:
        page = Path(__file__).resolve().parents[2] / "scenarios" / "world" / "SOURCES.md"
        if not page.exists():
            return []
        section = page.read_text(encoding="utf-8").split("## Tables and columns")[1].split("\n## ")[0]
        rows = [[c.strip() for c in line.strip("|").split("|")] for line in section.splitlines()
                if line.startswith("| ")][2:]
        plain = lambda s: escape(re.sub(r"[`*]", "", s))
        return [[plain(what), plain(source), "assumed (a judgement)" if "judgement" in source else "measured"]
                for what, source, *_ in rows]

    # words

    def _method(self) -> str:
        return """<p>Each history is lived week by week. <b>The leader</b> has occasions to travel: those of the
calendar, and ideas for bilateral visits. The leader sounds the host out, weighs the worth of the occasion and of the
alliance, the flight, isolation, the fear of arrest and of a public refusal, and goes, sends a delegate, or skips;
before departure comes one more look.</p>
<p><b>A host</b> weighs its duty under the Rome Statute, its judges, its laws, the strength of the norm, earlier
findings, what its organisations have said, campaigns on its soil, and its dependence on the West, against its alliance
with the leader's home state and the fear of retaliation. It may withdraw an invitation in any week before the visit; on
its soil it may arrest. Part of its resolve nobody outside knows.</p>
<p><b>NGOs</b> spend limited budgets on campaigns and lawsuits where they expect to be heard; a domestic court may order
an arrest, after which visits are cut short. <b>The court</b> in The Hague can find a host in breach but has no force of
its own.</p>
<p>Every safe visit under a duty weakens the norm and strengthens the alliance; every withdrawal, cancellation and
finding strengthens it; budgets, beliefs and isolation move with them. Then the next week begins. All equations stand in
<code>agents/ODD.md</code>.</p>
"""

    def _limits(self) -> str:
        known = " (the table of chance and ignorance does)" if self._ignorance() else ""
        return f"""<ul>
<li>{escape(CAVEAT)} Single chances of arrest on this page hold for the assumed parameters only.</li>
<li>The intervals, each ± among them, are 95 % intervals of the simulation's error. They do not hold what is unknown
about the parameters{known}, the world's data or the model itself, which is more.</li>
<li>Most parameters are judgements, not measurements; ten were moved by a fit to the record of two leaders.</li>
<li>The model knows states, not the people in them: a palace, a prosecutor or a storm over an airport can decide
otherwise.</li>
<li>Odds are not advice. What would change a host's mind in the model is where to look, not proof that it would.</li>
</ul>
"""

    def _data(self) -> str:
        a = self.ds.attrs
        rows = [["scenario", escape(str(a["scenario"]))], ["title", escape(str(a["title"]))],
                ["program", escape(str(a["source"]))],
                ["format", ".".join(str(v) for v in a["version"])], ["seed", str(int(a["seed"]))],
                ["histories", f"{self.n:,}"],
                ["arrests", escape(str(a["arrests"]))], 
                ["random numbers", escape(str(a.get("provenance_generator", "")))],
                ["digest of the values", f'<code class="long">{escape(str(a["digest"]))}</code>'],
                ["fingerprint of world and seed", f'<code class="long">{escape(str(a["fingerprint"]))}</code>']]
        if self.base is not None:
            code = escape(str(self.base.attrs["digest"]))
            rows.append(["digest of the base case", f'<code class="long">{code}</code>'])
        if self.pairs is not None:
            code = escape(str(self.pairs.attrs["digest"]))
            rows.append(["digest of the comparison", f'<code class="long">{code}</code>'])
        table = self.hosts.drop(columns=["open"], errors="ignore")
        weeks = pd.DataFrame({"week": [str(d)[:10] for d in self.ds["week"].values]})
        for name, at in (("nu", None), ("pressure", None), ("isolation", self.l), ("visits_so_far", self.l)):
            bands = self.ds[f"{name}_quantile"].values
            bands = bands if at is None else bands[at]
            for i, q in enumerate(self.ds["quantile"].values):
                weeks[f"{name}_q{100 * q:.0f}"] = bands[:, i]
        text = "<ul>\n" + download("hosts.csv", csv_text(table),
                                   "one row for each host state; counts are sums over all histories, chances of "
                                   "arrest mostly a prior")
        text += download("calendar.csv", csv_text(self.events.drop(columns="open")),
                         "one row for each scheduled occasion; counts and chances as in hosts.csv")
        text += download("weeks.csv", csv_text(weeks), "quantiles of the stocks, week by week")
        text += download("parameters.csv", csv_text(self.parameters),
                         "every parameter with kind, source, prior and value")
        text += download("scenario.toml", re.sub("  +#", "  #", a["provenance_scenario"]),
                         "the scenario in full, every value with its origin", "text/plain")
        text += "</ul>\n" + html_table(["what", "value"], rows, "Provenance", 0)
        return text + ("<p>The same scenario, seed and version give the same figures on every x86-64 machine. Data "
                       "keep their licences (V-Dem columns: CC BY-SA 4.0; outlines: Natural Earth, public domain); the "
                       "program's is MIT.</p>\n")
