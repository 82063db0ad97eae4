"""What differs between worlds under the same luck: two runs, or what the program's ``compare`` wrote."""
from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from .intervals import Z
from .program import call, options, scratch, setting
from .results import ResultsError, checked, decoded, hosts, leader_id, of_kind, opened, trips, years
from .style import BLUE, axes, bare, heading, of_history, risk, sign


def counterfactual(base: str | Path, *alternatives: str | Path | Mapping[str, Any], replicates: int | None = None,
                   seed: int | None = None, threads: int | None = None, out: str | Path | None = None,
                   quiet: bool = False) -> xr.Dataset:
    """Live worlds side by side under the same luck and open the comparison, as ``open_comparison`` does.

    ``base``: a file or a shipped case. ``alternatives``: others, or changes to the base, a mapping of keys to values
    with ``__`` or ``.``. Raises ProgramError with the program's own words.

    >>> weights = {"parameters.th_J": 3, "parameters.eta": 0}
    >>> ds = counterfactual("dushanbe_2025", "no_warrant", weights, replicates=50, quiet=True)
    >>> ds["alternative"].values.tolist()
    ['no_warrant', 'parameters.th_J=3; parameters.eta=0']
    """
    changes = ["; ".join(setting(key, value) for key, value in one.items())
               for one in alternatives if isinstance(one, Mapping)]
    if changes and not isinstance(alternatives[-1], Mapping) and any(isinstance(a, Mapping) for a in alternatives[:-1]):
        raise ValueError("name whole scenarios before changes: the program lists them in that order")
    out = Path(out) if out else scratch(f"{Path(base).stem}.compare.h5")
    words = ["compare", str(base), *(str(a) for a in alternatives if not isinstance(a, Mapping)), "--out", str(out)]
    for change in changes:
        words += ["--set", change]
    call(words + options(replicates=replicates, seed=seed, threads=threads), quiet)
    return open_comparison(out)


def open_comparison(path: str | Path) -> xr.Dataset:
    """Read a file of ``safeconduct compare``, whole and checked; adds the attributes ``path`` and ``years``.

    >>> ds = open_comparison(example_comparison)
    >>> ds["difference"].dims, round(ds.attrs["years"], 2)
    (('alternative', 'leader', 'outcome'), 2.01)
    """
    path = Path(path)
    checked(path, "safeconduct comparison")
    ds = decoded(path, None)
    base = tomllib.loads(str(decoded(path, "provenance")["scenario"].values[0]))
    ds.attrs |= {"path": str(path), "years": base["weeks"] * 7 / 365.25}
    return ds


def _pairs(ds: xr.Dataset | str | Path) -> xr.Dataset:
    """A comparison as it is or, given a path, read from there."""
    return of_kind(ds, "safeconduct comparison") if isinstance(ds, xr.Dataset) else open_comparison(ds)


def outcomes(ds: xr.Dataset | str | Path, alternative: int | str = 0, leader: int | str = 0) -> pd.DataFrame:
    """What an alternative changes, history by history: a row an outcome with its mean in the base and in the
    alternative, the mean paired ``difference``, its 95 % interval ``low`` to ``high``, and ``luck_shared``, how many
    times more histories a comparison of unrelated runs would need. All of one history, not of a year.

    >>> table = outcomes(open_comparison(example_comparison), "no_warrant").set_index("outcome")
    >>> bool(table.loc["visits", "low"] > 0), float(table.loc["member_visits", "alternative"])
    (True, 0.0)
    """
    ds = _pairs(ds)
    at = ds.sel(alternative=alternative_id(ds, alternative), leader=leader_id(ds, leader))
    return pd.DataFrame({
        "outcome": ds["outcome"].values, "unit": ds["outcome_unit"].values, "meaning": ds["outcome_meaning"].values,
        "base": at["base"].values, "alternative": at["alternative_mean"].values, "difference": at["difference"].values,
        "se": at["difference_se"].values, "low": at["difference_low"].values, "high": at["difference_high"].values,
        "luck_shared": at["variance_reduction"].values})


def plot_outcome(ds: xr.Dataset | str | Path, outcome: str = "member_visits", leader: int | str = 0,
                 ax: Axes | None = None) -> Axes:
    """What each alternative of a comparison does to one outcome: mean paired differences with 95 % intervals; hollow
    where the interval holds 0.

    >>> plot_outcome(open_comparison(example_comparison), "withdrawn").get_xlabel()
    'invitations withdrawn a history, less that of dushanbe_2025'
    """
    ds = _pairs(ds)
    if outcome not in ds["outcome"].values:
        raise ValueError(f"no outcome {outcome!r} in this comparison: {', '.join(ds['outcome'].values)}")
    names = [str(name) for name in ds["alternative"].values]
    tables = [outcomes(ds, name, leader).set_index("outcome").loc[outcome] for name in names]
    ax = axes(ax, 7.5, 1.7 + 0.32 * len(names))
    ax.axvline(0, color="0.3", linewidth=0.8)
    for place, row in enumerate(tables):
        below, above = row["difference"] - row["low"], row["high"] - row["difference"]
        ax.errorbar(row["difference"], place, xerr=[[below], [above]],
                    color=BLUE, marker="o", markersize=5.5, capsize=2.5,
                    markerfacecolor=BLUE if row["low"] > 0 or row["high"] < 0 else "white")
    ax.set_yticks(range(len(names)), [name if len(name) < 48 else name[:46] + "…" for name in names])
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", alpha=0.3)
    bare(ax, "top", "right", "left")
    ax.set_xlabel(f"{of_history(outcome)}, less that of {ds.attrs['base']}")
    title = f"What changes: {of_history(outcome)}"
    heading(ax, title, f"{ds.attrs['base']}: {tables[0]['base']:.3g}; {int(ds.attrs['replicates']):,} pairs of "
            "histories under one luck.\n95 % intervals of the mean paired difference; hollow: the interval holds 0"
            + risk(outcome))
    return sign(ax, title, ds, Scenario=str(ds.attrs["base"]))


def compare(before: xr.Dataset | str | Path, after: xr.Dataset | str | Path | None = None, leader: int | str = 0,
            alternative: int | str = 0) -> pd.DataFrame:
    """Visits a year to each host before and after, their ``difference``, its ``se``, and the 95 % interval ``low`` to
    ``high``. ``before`` and ``after``: two runs of one seed, opened or as files.

    Two runs of one seed meet the same luck, history by history. If both kept all their decisions (``trips="all"``) the
    error is that of the paired differences (attribute ``paired``); otherwise it is what two independent runs would
    have, which is too wide. ``difference`` is always ``after`` less ``before``. Of runs with different numbers of
    histories, all three are of the histories that both have if paired (the first ``pairs`` of the longer run, so that
    it may differ from what ``hosts`` says of it), and of all histories of each run otherwise.

    Without ``after``, ``before`` is a comparison (``open_comparison``, or a file of ``safeconduct compare``), whose
    differences are paired anyway; it knows neither ``before`` and ``after`` nor who is a ``member``. Attributes:
    ``pairs``, and ``total``, the same for all hosts together.

    One pair of histories has no error: ``se``, ``low`` and ``high`` are NaN.

    Raises ResultsError for runs of other seeds or weeks, and ValueError if the decisions would have to come from a
    file that has been written anew since it was opened.

    >>> table = compare(open_results(example), open_results(example))
    >>> float(table["difference"].abs().max()), table.attrs["paired"]
    (0.0, True)
    >>> compare(open_comparison(example_comparison)).nlargest(1, "difference")["name"].tolist()
    ['Brazil']
    """
    if after is None:
        return _of_comparison(before if isinstance(before, xr.Dataset) else open_comparison(before), leader, alternative)
    before, after = opened(before), opened(after)
    if before.attrs["seed"] != after.attrs["seed"]:
        raise ResultsError(f"the runs have the seeds {before.attrs['seed']} and {after.attrs['seed']}: run one of "
                           "them again with the other's seed, so that both meet the same luck")
    who = leader_id(before, leader)
    if not np.isclose(years(before), years(after)):
        raise ResultsError("the runs differ in their length; compare runs of the same weeks")
    if before.attrs["start_date"] != after.attrs["start_date"]:
        raise ResultsError(f"the runs begin on {before.attrs['start_date']} and on {after.attrs['start_date']}; "
                           "compare runs of the same weeks")
    a, b = (hosts(ds, who).set_index("host") for ds in (before, after))
    both = a.index.intersection(b.index)
    a, b = a.loc[both], b.loc[both]
    table = pd.DataFrame({
        "host": both, "name": a["name"].to_numpy(),
        "member": ((a["member_at_start"] == "yes") | (a["member_at_end"] == "yes") | (b["member_at_start"] == "yes")
                   | (b["member_at_end"] == "yes")).to_numpy(),
        "before": a["visits_a_year"].to_numpy(), "after": b["visits_a_year"].to_numpy()})
    paired = _paired(before, after, who, both)
    if paired is None:
        table["difference"] = table["after"] - table["before"]
        table["se"] = np.hypot(a["visits_a_year_se"], b["visits_a_year_se"]).to_numpy()
        errors = [ds["measure_se"].sel(leader=who, measure="visits").item() for ds in (before, after)]
        means = [ds["measure_mean"].sel(leader=who, measure="visits").item() for ds in (before, after)]
        total = {"difference": (means[1] - means[0]) / years(before), "se": float(np.hypot(*errors)) / years(before)}
        pairs = int(min(before.attrs["replicates"], after.attrs["replicates"]))
    else:
        means, se, total, pairs = paired
        table["before"], table["after"] = (mean / years(before) for mean in means)
        table["difference"], table["se"] = table["after"] - table["before"], se / years(before)
        total = {name: value / years(before) for name, value in total.items()}
    table["low"], table["high"] = table["difference"] - Z * table["se"], table["difference"] + Z * table["se"]
    table.attrs.update(paired=paired is not None, pairs=pairs, total=total)
    return table


def _of_comparison(ds: xr.Dataset, leader: int | str, alternative: int | str) -> pd.DataFrame:
    if ds.attrs.get("filetype") != "safeconduct comparison":
        raise ValueError("give two runs, or one comparison (open_comparison)")
    at = ds.sel(alternative=alternative_id(ds, alternative), leader=leader_id(ds, leader))
    table = pd.DataFrame({"host": ds["host"].values, "name": ds["host_name"].values,
                          "difference": at["host_difference"].values / ds.attrs["years"],
                          "se": at["host_difference_se"].values / ds.attrs["years"]})
    table["low"], table["high"] = table["difference"] - Z * table["se"], table["difference"] + Z * table["se"]
    visits = at.sel(outcome="visits")
    total = {"difference": visits["difference"].item() / ds.attrs["years"],
             "se": visits["difference_se"].item() / ds.attrs["years"]}
    table.attrs.update(paired=True, pairs=int(ds.attrs["replicates"]), total=total)
    return table


def alternative_id(ds: xr.Dataset, alternative: int | str) -> str:
    """An alternative of a comparison by number or name, as a name."""
    names = [str(name) for name in ds["alternative"].values]
    if isinstance(alternative, str) and alternative not in names:
        raise ValueError(f"no alternative {alternative!r} in this comparison: {', '.join(names)}")
    return alternative if isinstance(alternative, str) else names[alternative]


def _paired(before: xr.Dataset, after: xr.Dataset, who: str, both: pd.Index):
    """Means of both runs and errors of their differences by host, both in total, and of how many histories: the first
    ones, which both runs have. None unless both kept all their decisions."""
    counts = []
    n = int(min(before.attrs["replicates"], after.attrs["replicates"]))
    for ds in (before, after):
        if ds.attrs["trips_replicates"] not in (0, ds.attrs["replicates"]):  # a sample; 0: none, or all in a folder
            return None
        try:
            table = trips(ds)
        except (ResultsError, FileNotFoundError):
            return None
        table = table[(table["leader"] == who) & table["out"].isin(["visited", "cut_short"]) & (table["rep"] < n)]
        counts.append(table.groupby(["rep", "host"], observed=True).size())
    difference = counts[1].sub(counts[0], fill_value=0)
    by_host = difference.groupby("host", observed=True)
    means = [(count.groupby("host", observed=True).sum() / n).reindex(both, fill_value=0.0) for count in counts]
    mean = means[1] - means[0]
    free = n - 1 or np.nan  # a single pair tells no spread
    square = (difference**2).groupby("host", observed=True).sum().reindex(both, fill_value=0.0) / n
    se = np.sqrt(np.maximum(square - mean**2, 0) / free)
    whole = difference.groupby("rep").sum()
    mean_all = whole.sum() / n
    se_all = np.sqrt(max((whole**2).sum() / n - mean_all**2, 0) / free)
    return [mean.to_numpy() for mean in means], se.to_numpy(), {"difference": float(mean_all), "se": float(se_all)}, n
