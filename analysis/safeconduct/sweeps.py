"""Sweeps: many cells of a design in one file, its factors, and what they do to an outcome."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from .intervals import Z
from .program import call, options, scratch
from .results import ResultsError, checked, decoded, leader_id
from .style import BLUE, ORANGE, RED, SKY, axes, bare, heading, of_history, risk, sign


def sweep(design: str | Path, *, out: str | Path | None = None, replicates: int | None = None,
          threads: int | None = None, quiet: bool = False) -> xr.Dataset:
    """Live every cell of a design and open the merged results; goes on where an earlier run in ``out`` stopped.

    ``design``: a scenario with a table ``[sweep]`` (scenarios/FORMAT.md). ``out``: the folder of the cells; without
    it they lie in a temporary folder until Python ends. Raises ProgramError with the program's own words.

    >>> ds = sweep(example_design, replicates=16, quiet=True)
    >>> ds["replicates"].values.tolist()
    [16, 16, 16, 16, 16, 16]
    """
    folder = Path(out) if out else scratch(f"{Path(design).stem}.sweep")
    words = ["sweep", str(design), "--out", str(folder)] + (["--resume"] if folder.exists() else [])
    call(words + options(replicates=replicates, threads=threads), quiet)
    return open_sweep(folder)


def open_sweep(path: str | Path) -> xr.Dataset:
    """Read the merged results of a sweep, a file or the folder that holds its results.h5, whole and checked.

    The factors of the design are coordinates of the dimension ``cell``; their names are the attribute ``factors``.
    Means are over the replicates of a cell. Raises FileNotFoundError or ResultsError, which says what to do.

    >>> ds = open_sweep(example_sweep)
    >>> ds.attrs["factors"], ds.sizes["cell"]
    (['budget', 'th_J'], 6)
    """
    path = Path(path)
    if path.is_dir():
        if not (path / "results.h5").exists():
            raise ResultsError(f"{path} has no results.h5: not all cells are done, or they are not merged; see "
                               f"'safeconduct status {path}' and 'safeconduct merge {path} --partial'")
        path = path / "results.h5"
    checked(path, "safeconduct sweep")
    ds = decoded(path, None)
    ds.attrs["factors"] = ds.attrs["factors"].split()
    ds = ds.set_coords([name for name in ds.attrs["factors"] if name in ds])
    ds.attrs["path"] = str(path)
    return ds


def cells(ds: xr.Dataset, measure: str = "visits", leader: int | str = 0) -> pd.DataFrame:
    """One row a cell: the levels of its factors, ``replicates``, and ``mean``, ``se``, ``low`` and ``high`` (95 %) of
    a measure.

    ``measure``: one of ``ds["measure"]``, one of a history (visits, member_visits, withdrawn, ...), or ``final_nu``.

    >>> table = cells(open_sweep(example_sweep), "member_visits")
    >>> table.columns.tolist()
    ['cell', 'budget', 'th_J', 'replicates', 'mean', 'se', 'low', 'high']
    """
    table = pd.DataFrame({"cell": ds["cell"].values} | {name: ds[name].values for name in ds.attrs["factors"]})
    table["replicates"] = ds["replicates"].values
    if measure == "final_nu":
        table["mean"], table["se"] = ds["final_nu"].values, ds["final_nu_se"].values
    else:
        where = {"leader": leader_id(ds, leader), "measure": _measure(ds, measure)}
        table["mean"], table["se"] = ds["measure_mean"].sel(where).values, ds["measure_se"].sel(where).values
    table["low"], table["high"] = table["mean"] - Z * table["se"], table["mean"] + Z * table["se"]
    return table


def effects(ds: xr.Dataset, measure: str = "visits", leader: int | str = 0) -> pd.DataFrame:
    """What each factor does: the mean of a measure at its lowest and its highest level (first and last, if levels are
    words), over all cells at that level; their difference with its ``se`` and 95 % interval. The largest comes first.

    Cells that share their luck are compared batch by batch of histories, which makes the error small; ``paired`` says
    so.

    >>> table = effects(open_sweep(example_sweep), "member_visits").set_index("factor")
    >>> bool(table.loc["th_J", "difference"] < 0)
    True
    """
    table = cells(ds, measure, leader)
    batches = None
    if ds.attrs["luck"] == "common" and measure != "final_nu":
        batches = ds["batch_mean"].sel(leader=leader_id(ds, leader), measure=measure).values  # [cell, batch]
        batches = batches[:, ~np.isnan(batches).any(axis=0)]
    rows = []
    for factor in ds.attrs["factors"]:
        levels = table[factor]
        numbers = pd.api.types.is_numeric_dtype(levels)
        first, last = (levels.min(), levels.max()) if numbers else (levels.iloc[0], levels.iloc[-1])
        low, high = (levels == first).to_numpy(), (levels == last).to_numpy()
        means = table["mean"][low].mean(), table["mean"][high].mean()
        paired = batches is not None and batches.shape[1] >= 8
        if paired:
            differences = batches[high].mean(axis=0) - batches[low].mean(axis=0)
            se = differences.std(ddof=1) / np.sqrt(len(differences))
        else:
            se = np.sqrt(sum((table["se"][side] ** 2).sum() / side.sum() ** 2 for side in (low, high)))
        rows.append({"factor": factor, "key": ds[factor].attrs.get("long_name", factor), "first": first, "last": last,
                     "at_first": means[0], "at_last": means[1], "difference": means[1] - means[0], "se": se,
                     "paired": paired})
    out = pd.DataFrame(rows)
    out["low"], out["high"] = out["difference"] - Z * out["se"], out["difference"] + Z * out["se"]
    return out.reindex(out["difference"].abs().sort_values(ascending=False, kind="stable").index).reset_index(drop=True)


def plot_sweep(ds: xr.Dataset, measure: str = "visits", x: str | None = None, y: str | None = None,
               leader: int | str = 0, ax: Axes | None = None) -> Axes:
    """A measure over two factors as a heat map, each field with its number and half its 95 % interval where there is
    room; over one factor as a line with intervals. Other factors are averaged over, and the heading says so.

    >>> ax = plot_sweep(open_sweep(example_sweep), "member_visits")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('budget (ngos.*.budget)', 'th_J (parameters.th_J, logit)')
    """
    factors = list(ds.attrs["factors"])
    x = x or factors[0]
    y = y or next((f for f in factors if f != x), None)
    for name in (x, y):
        if name is not None and name not in factors:
            raise ValueError(f"no factor {name!r} in this sweep: {', '.join(factors)}")
    table = cells(ds, measure, leader)
    lived = table[table["replicates"] > 0]
    groups = lived.groupby([y, x] if y else [x], sort=False)
    mean = groups["mean"].mean()
    half = Z * np.sqrt(groups["se"].apply(lambda s: (s**2).sum())) / groups.size()
    ax = axes(ax, 7.2, 4.8)
    label = of_history(measure)
    over = [f for f in factors if f not in (x, y)]
    replicates = lived["replicates"]
    few, many = replicates.min(), replicates.max()
    n = f"{few:,}" if few == many else f"{few:,} to {many:,}"
    below = f"{len(lived)} cells of {n} simulated histories, {ds.attrs['luck']} luck"
    if over:
        below += f"; mean over {', '.join(over)}"
    if y is None:
        at = mean.index if pd.api.types.is_numeric_dtype(mean.index) else range(len(mean))
        ax.errorbar(at, mean, yerr=half, marker="o", color=BLUE, capsize=3)
        if not pd.api.types.is_numeric_dtype(mean.index):
            ax.set_xticks(range(len(mean)), mean.index)
        ax.set_ylabel(label)
        ax.grid(alpha=0.25)
        bare(ax, "top", "right")
        below += "; whiskers: 95 % intervals of the mean"
    else:
        columns, rows = _levels(table[x]), _levels(table[y])
        field = mean.unstack().reindex(index=rows, columns=columns)
        error = half.unstack().reindex(index=rows, columns=columns)
        image = ax.pcolormesh(field.to_numpy(), cmap="cividis", edgecolors="white", linewidth=0.3)
        ax.set_xticks(np.arange(len(columns)) + 0.5, [_short(c) for c in columns],
                      rotation=0 if len(columns) <= 8 and all(len(_short(c)) < 9 for c in columns) else 40, ha="center")
        ax.set_yticks(np.arange(len(rows)) + 0.5, [_short(r) for r in rows])
        for labels, length in ((ax.get_xticklabels(), len(columns)), (ax.get_yticklabels(), len(rows))):
            for place, text in enumerate(labels):
                text.set_visible(place % (1 + length // 17) == 0)
        if max(len(columns), len(rows)) <= 8:
            middle = np.nanmean([np.nanmin(field), np.nanmax(field)])
            for (i, j), value in np.ndenumerate(field.to_numpy()):
                if np.isfinite(value):
                    ax.text(j + 0.5, i + 0.5, f"{value:.3g}\n± {error.to_numpy()[i, j]:.1g}", ha="center", va="center",
                            fontsize="small", color="black" if value > middle else "white")
            below += "; ±: half a 95 % interval"
        else:
            below += f"; 95 % intervals ± {error.max().max():.2g} at most"
        ax.figure.colorbar(image, ax=ax, label=label)
        for side in ax.spines.values():
            side.set_visible(False)
        ax.tick_params(length=0)
        ax.set_ylabel(_axis(ds, y))
    ax.set_xlabel(_axis(ds, x))
    title = f"{label[0].upper()}{label[1:]}"
    heading(ax, title, below + risk(measure))
    return sign(ax, title, ds)


def plot_tornado(ds: xr.Dataset, measure: str = "visits", leader: int | str = 0, ax: Axes | None = None,
                 most: int = 15) -> Axes:
    """Which factor moves a measure how far, as bars from its value at the factor's lowest level to that at the
    highest; whiskers at the far end: the 95 % interval of the difference. A factor's range decides its bar: compare
    like with like.

    >>> ax = plot_tornado(open_sweep(example_sweep), "member_visits")
    >>> len(ax.get_yticks())
    2
    """
    table = effects(ds, measure, leader).head(most)
    ax = axes(ax, 7.5, 1.7 + 0.42 * len(table))
    for place, row in enumerate(table.itertuples()):
        up = row.difference >= 0
        ax.barh(place, row.difference, left=row.at_first, height=0.6, color=BLUE if up else ORANGE)
        ax.errorbar(row.at_last, place, xerr=Z * row.se, color="black", capsize=3, elinewidth=1)
        end = row.at_last + (1 if up else -1) * Z * row.se
        for value, level, to_the_right in ((row.at_first, row.first, not up), (end, row.last, up)):
            ax.annotate(_short(level), (value, place), (6 if to_the_right else -6, 0), textcoords="offset points",
                        ha="left" if to_the_right else "right", va="center", fontsize="small", color="0.25")
    ax.set_yticks(range(len(table)), table["factor"])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ends = np.concatenate([table["at_first"], table["at_last"] - Z * table["se"], table["at_last"] + Z * table["se"]])
    ax.set_xlim(ends.min() - 0.12 * np.ptp(ends), ends.max() + 0.12 * np.ptp(ends))
    ax.set_xlabel(of_history(measure))
    bare(ax, "top", "right", "left")
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", alpha=0.3)
    title = f"What moves {of_history(measure)}"
    paired = "batch by batch under common luck" if table["paired"].all() else "as if independent: too wide"
    heading(ax, title, f"{ds.sizes['cell']} cells ({ds.attrs['design']}), {int(ds['replicates'].sum()):,} simulated "
            f"histories; numbers: levels of the factor.\nWhiskers: 95 % intervals of the difference, {paired}"
            + risk(measure))
    return sign(ax, title, ds)


def sensitivity(sweep: xr.Dataset | str | Path, measure: str = "member_visits", leader: int | str = 0) -> pd.DataFrame:
    """Which factors matter: the program's indices of a measure, a row a factor, the one that matters most first.

    ``sweep``: a merged sweep with design morris or saltelli, or a file that ``safeconduct sensitivity`` wrote. Columns
    of Morris's method: ``mu`` (mean effect over the factor's range), ``mu_star`` (mean absolute effect) and
    ``mu_star_conf`` (half of its 95 % interval), ``sigma`` (spread of the effects: curvature and interplay); of
    Sobol's: ``S1`` (share of the variance by the factor alone), ``ST`` (with all its interplay), ``S1_conf``,
    ``ST_conf``. The luck of the replicates is taken out, so indices of factors without effect lie about 0, also below.
    Raises ProgramError in the program's words for any other sweep.

    >>> table = sensitivity(example_morris)
    >>> table.attrs["method"], sorted(table["factor"])
    ('morris', ['kap_refuse', 'th_J'])
    """
    ds = _indices(Path(sweep.attrs["path"] if isinstance(sweep, xr.Dataset) else sweep))
    if measure not in ds["measure"].values:
        raise ValueError(f"no measure {measure!r} in this sweep: {', '.join(ds['measure'].values)}")
    who, method = leader_id(ds, leader), str(ds.attrs["method"])
    at = ds.sel(leader=who, measure=measure)
    order = "ST" if method == "sobol" else "mu_star"
    table = pd.DataFrame({"factor": ds["factor"].values} | {name: at[name].values for name in _INDICES[method]})
    table = table.sort_values(order, ascending=False, kind="stable").reset_index(drop=True)
    table.attrs = {"method": method, "measure": measure, "leader": who, "cells": int(ds.attrs["cells"]),
                   "luck": str(ds.attrs["noise"])} | {k: str(ds.attrs[k]) for k in ("source", "title", "digest")}
    return table


def plot_sensitivity(table: pd.DataFrame, ax: Axes | None = None, most: int = 15) -> Axes:
    """The table of ``sensitivity`` as bars with 95 % intervals. Sobol: the share of the variance by each factor alone
    (dark), and with its interplay (light). Morris: the mean absolute effect, and as a cross the spread of the effects.

    >>> plot_sensitivity(sensitivity(example_morris)).get_xlabel()
    'mean absolute effect on visits to hosts with a duty a history'
    """
    shown, method, measure = table.head(most), table.attrs["method"], table.attrs["measure"]
    ax = axes(ax, 7.5, 1.9 + 0.38 * len(shown))
    y = np.arange(len(shown))
    if method == "sobol":
        for name, at, colour, word in (("ST", 0.19, SKY, "with its interplay (ST)"), ("S1", -0.19, BLUE, "alone (S1)")):
            ax.barh(y + at, shown[name], height=0.36, color=colour, label=word)
            _whiskers(ax, shown[name], y + at, shown[f"{name}_conf"])
        ax.set_xlabel(f"share of the variance of {of_history(measure)}")
    else:
        ax.barh(y, shown["mu_star"], height=0.6, color=BLUE, label="mean absolute effect")
        _whiskers(ax, shown["mu_star"], y, shown["mu_star_conf"])
        ax.plot(shown["sigma"], y, "x", color=RED, markersize=6, label="spread of the effects: curvature and interplay")
        ax.set_xlabel(f"mean absolute effect on {of_history(measure)}")
    ax.axvline(0, color="0.3", linewidth=0.8)
    ax.set_yticks(y, shown["factor"])
    ax.set_ylim(len(shown) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    bare(ax, "top", "right", "left")
    ax.grid(axis="x", alpha=0.3)
    ax.legend(loc="lower right", frameon=False, fontsize="small")
    title = f"What decides {of_history(measure)}"
    whiskers = shown["ST_conf" if method == "sobol" else "mu_star_conf"].notna().any()
    of = f"{len(shown)} of {len(table)} factors" if len(shown) < len(table) else f"{len(table)} factors"
    luck = f"the luck of the histories {'taken out' if table.attrs['luck'].startswith('subtracted') else 'still in'}"
    heading(ax, title, f"{method.capitalize()}, {table.attrs['cells']:,} cells, {of}; {luck};\n"
            f"{'whiskers: 95 % intervals' if whiskers else 'too few points for intervals'}. "
            "A factor's range decides its bar" + risk(measure))
    return sign(ax, title, Source=table.attrs["source"], Scenario=table.attrs["title"], Digest=table.attrs["digest"])


def _whiskers(ax: Axes, values: pd.Series, y: np.ndarray, half: pd.Series) -> None:
    """Intervals where they are known: with very few points the program has none."""
    known = half.notna().to_numpy()
    if known.any():
        ax.errorbar(values[known], y[known], xerr=half[known], fmt="none", ecolor="black", elinewidth=1, capsize=2)


_INDICES = {"morris": ("mu", "mu_star", "mu_star_conf", "sigma"), "sobol": ("S1", "S1_conf", "ST", "ST_conf")}


def _indices(path: Path) -> xr.Dataset:
    """A file of the program's sensitivity; of a merged sweep, the one that the program makes of it now."""
    path = path / "results.h5" if path.is_dir() else path
    try:
        checked(path, "safeconduct sensitivity")
    except ResultsError as e:
        if "holds no" not in str(e):
            raise
        checked(path, "safeconduct sweep")
        out = scratch("sensitivity.h5")
        call(["sensitivity", str(path), "--out", str(out)])
        path = out
    return decoded(path, None)


def _measure(ds: xr.Dataset, measure: str) -> str:
    if measure not in ds["measure"].values:
        raise ValueError(f"no measure {measure!r} in this sweep: {', '.join(ds['measure'].values)}, final_nu")
    return measure


def _axis(ds: xr.Dataset, factor: str) -> str:
    key, unit = (ds[factor].attrs.get(name, "") for name in ("long_name", "units"))
    about = [part for part in (key if key != factor else "", unit if unit not in ("", "1") else "") if part]
    return f"{factor} ({', '.join(about)})" if about else factor


def _levels(values: pd.Series) -> list:
    levels = values.unique()
    return sorted(levels) if pd.api.types.is_numeric_dtype(values) else list(levels)


def _short(level: object) -> str:
    return f"{level:.3g}" if isinstance(level, (float, np.floating)) else str(level)
