"""Sweeps: many cells of a design in one file, its factors, and what they do to an outcome."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from .intervals import Z, student, with_error
from .program import call, options, scratch
from .results import ResultsError, checked, decoded, leader_id, of_kind
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


def _swept(ds: xr.Dataset | str | Path) -> xr.Dataset:
    """A sweep as it is or, given a path, read from there."""
    return of_kind(ds, "safeconduct sweep") if isinstance(ds, xr.Dataset) else open_sweep(ds)


def cells(ds: xr.Dataset | str | Path, measure: str = "visits", leader: int | str = 0) -> pd.DataFrame:
    """One row a cell: the levels of its factors, ``replicates``, and ``mean``, ``se``, ``low`` and ``high`` (95 %) of
    a measure. A cell that was not lived (``merge --partial``) has 0 replicates and NaN.

    ``measure``: one of ``ds["measure"]``, one of a history (visits, member_visits, withdrawn, ...), or ``final_nu``.

    >>> table = cells(open_sweep(example_sweep), "member_visits")
    >>> table.columns.tolist()
    ['cell', 'budget', 'th_J', 'replicates', 'mean', 'se', 'low', 'high']
    """
    ds = _swept(ds)
    table = pd.DataFrame({"cell": ds["cell"].values} | {name: ds[name].values for name in ds.attrs["factors"]})
    table["replicates"] = ds["replicates"].values
    if measure == "final_nu":
        table["mean"], table["se"] = ds["final_nu"].values, ds["final_nu_se"].values
    else:
        where = {"leader": leader_id(ds, leader), "measure": _measure(ds, measure)}
        table["mean"], table["se"] = ds["measure_mean"].sel(where).values, ds["measure_se"].sel(where).values
    table["low"], table["high"] = table["mean"] - Z * table["se"], table["mean"] + Z * table["se"]
    return table


def effects(ds: xr.Dataset | str | Path, measure: str = "visits", leader: int | str = 0) -> pd.DataFrame:
    """What moves a measure, the largest first: a row a factor with its levels ``first`` and ``last``, the means there,
    ``at_first`` and ``at_last``, their ``difference`` with its ``se`` and 95 % interval, and ``cells``, how many cells
    either mean is of.

    A grid: the lowest against the highest level (first and last, if levels are words), over all levels of the other
    factors. One at a time: the same with the other factors at the base point, whose mean is the attribute ``base``. A
    list, whose factors move together: a row an alternative, ``last``, against the first one. Raises ValueError for
    designs that move all factors at once; of Morris's and Saltelli's ``sensitivity`` tells what a factor does.

    In a sweep that is not all lived (``merge --partial``) a factor is compared over those levels of the others that
    were lived at both its ends: the same ones on either side, though not the same ones for each factor. Raises
    ValueError if there are none, and says how to go on.

    Cells that share their luck are compared batch by batch of histories, over the batches that all of them have, which
    makes the error small; ``paired`` says so. Its interval is Student's, with one degree of freedom less than batches.

    >>> table = effects(open_sweep(example_sweep), "member_visits").set_index("factor")
    >>> bool(table.loc["th_J", "difference"] < 0), table["cells"].to_dict()
    (True, {'th_J': 3, 'budget': 2})
    """
    ds = _swept(ds)
    table = cells(ds, measure, leader)
    rows = []
    for factor, first, last, low, high in _comparisons(ds, table["mean"].notna().to_numpy()):
        at_first, at_last, se, batches = _ends(ds, table, measure, leader, low, high)
        reach = se * student(batches - 1 if batches else np.inf)
        key = ", ".join(ds[name].attrs.get("long_name", name) for name in factor)
        rows.append({"factor": ", ".join(factor), "key": key, "first": first, "last": last, "at_first": at_first,
                     "at_last": at_last, "difference": at_last - at_first, "se": se, "paired": batches > 0,
                     "cells": len(low), "low": at_last - at_first - reach, "high": at_last - at_first + reach})
    out = pd.DataFrame(rows)
    out = out.reindex(out["difference"].abs().sort_values(ascending=False, kind="stable").index).reset_index(drop=True)
    if ds.attrs["design"] == "one_at_a_time":
        out.attrs["base"] = float(table["mean"].iloc[0])
    return out


def plot_sweep(ds: xr.Dataset | str | Path, measure: str = "visits", x: str | None = None, y: str | None = None,
               leader: int | str = 0, ax: Axes | None = None) -> Axes:
    """A measure over the factors of a sweep, with 95 % intervals of the means.

    A grid over two factors: a heat map, each field with its number and half its interval where there is room; over one
    factor a line, or a row a level if levels are words. Other factors are averaged over; a field that lacks one of its
    cells stays empty. One at a time: the same over one factor, the others at the base point. A list: a row an
    alternative; along the numbers of a factor if ``x`` names it or it is the only one. Designs that move all factors at
    once: a dot a cell over one factor, or coloured over two.

    Raises ValueError for a factor that is none, for a plane that the design does not have, or if nothing was lived.

    >>> ax = plot_sweep(open_sweep(example_sweep), "member_visits")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('budget (times ngos.*.budget)', 'th_J (parameters.th_J, logit)')
    """
    ds = _swept(ds)
    factors, design = ds.attrs["factors"], ds.attrs["design"]
    for name in (x, y):
        if name is not None and name not in factors:
            raise ValueError(f"no factor {name!r} in this sweep: {', '.join(factors)}")
    if y and design in _NO_PLANE:
        raise ValueError(f"{_NO_PLANE[design]}: there is no plane of two factors to draw, leave y out")
    table = cells(ds, measure, leader)
    if table["mean"].isna().all():
        raise ValueError(f"no cell has a mean of {measure}: {_go_on(ds)}")
    of_all = f"{_lived(table)} of {_replicates(table)} simulated histories, {ds.attrs['luck']} luck"
    label = of_history(measure)
    if design == "list" and x is None and len(factors) > 1:
        shown = table.assign(half=Z * table["se"], level=_alternatives(ds))
        ax, below = _points(ax, shown, label, joined=False)
    else:
        x = x or factors[0]
        if design == "grid":
            y = y or next((f for f in factors if f != x), None)
        others = [f for f in factors if f not in (x, y)]
        if design == "grid":
            shown = _averaged(table, [y, x] if y else [x], ds.attrs["luck"] == "common")
            of_all += f"; mean over {', '.join(others)}" if others else ""
        elif design == "one_at_a_time":
            shown = _averaged(table.iloc[[*_own_cells(ds, x), 0]], [x], ds.attrs["luck"] == "common")
            of_all += "; other factors at the base point" if others else ""
        else:
            shown = table.assign(half=Z * table["se"])
            of_all += "; all other factors vary too" if others else ""
        if y:
            draw = _heat_map if design == "grid" else _coloured
            ax, below = draw(ax, shown, x, y, label)
            ax.set_xlabel(_axis(ds, x))
            ax.set_ylabel(_axis(ds, y))
        else:
            shown = shown.assign(level=shown[x])
            ax, below = _points(ax, shown, label, joined=design not in _SPREAD and shown[x].is_unique)
            (ax.set_xlabel if _is_number(shown[x]) else ax.set_ylabel)(_axis(ds, x))
    if design == "list" and not _is_number(shown["level"]) and pd.notna(table["mean"].iloc[0]):
        ax.axvline(table["mean"].iloc[0], color="0.5", linewidth=0.8, linestyle="--", zorder=0)
        below += f"; dashed: {shown['level'].iloc[0]}"
    title = f"{label[0].upper()}{label[1:]}"
    heading(ax, title, f"{of_all};\n{below}" + risk(measure))
    return sign(ax, title, ds)


def plot_tornado(ds: xr.Dataset | str | Path, measure: str = "visits", leader: int | str = 0,
                 ax: Axes | None = None, most: int = 15) -> Axes:
    """The table of ``effects`` as bars: from the measure at a factor's lowest level to that at its highest; of a list,
    from the first alternative to each other one. Whiskers at the far end: the 95 % interval of the difference. A
    factor's range decides its bar: compare like with like. Raises what ``effects`` raises.

    >>> ax = plot_tornado(open_sweep(example_sweep), "member_visits")
    >>> len(ax.get_yticks())
    2
    """
    ds = _swept(ds)
    everything = effects(ds, measure, leader)
    table, is_list = everything.head(most), ds.attrs["design"] == "list"
    ax = axes(ax, 7.5, 1.9 + 0.42 * len(table))
    for place, row in enumerate(table.itertuples()):
        up = row.difference >= 0
        half = np.nan_to_num((row.high - row.low) / 2)  # of a single history it is not known
        ax.barh(place, row.difference, left=row.at_first, height=0.6, color=BLUE if up else ORANGE)
        ax.errorbar(row.at_last, place, xerr=half, color="black", capsize=3, elinewidth=1)
        left, right = (f(row.at_first, row.at_last + way * half) for f, way in ((min, -1), (max, 1)))
        for level, to_the_right in ((row.first, not up), (row.last, up)):
            if not is_list:  # whose levels are the labels of the rows
                value = right if to_the_right else left
                ax.annotate(_label(level, 16), (value, place), (6 if to_the_right else -6, 0), textcoords="offset points",
                            ha="left" if to_the_right else "right", va="center", fontsize="small", color="0.25")
    ax.set_yticks(range(len(table)), [_alternative(row) for row in table.itertuples()] if is_list else table["factor"])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ends = np.concatenate([table["at_first"], table["at_last"] - Z * table["se"], table["at_last"] + Z * table["se"]])
    longest = 0 if is_list else max(len(_label(level, 16)) for level in [*table["first"], *table["last"]])
    room = (0.06 + 0.025 * longest) * np.ptp(ends) or 0.1
    ax.set_xlim(ends.min() - room, ends.max() + room)
    base = table["at_first"].iloc[0] if is_list else table.attrs.get("base", np.nan)
    if np.isfinite(base):
        ax.axvline(base, color="0.3", linewidth=0.8, linestyle="--")
    ax.set_xlabel(of_history(measure))
    bare(ax, "top", "right", "left")
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", alpha=0.3)
    title = f"What moves {of_history(measure)}"
    what = f"against {_label(table['first'].iloc[0])}" if is_list else "beside the bars: levels of the factor"
    if len(table) < len(everything):
        what += f"; {len(table)} of {len(everything)}"
    how = ("batch by batch under common luck" if table["paired"].all() else "each cell with luck of its own"
           if ds.attrs["luck"] == "independent" else "as if independent: too wide")
    how += "; dashed: the base point" if np.isfinite(base) and not is_list else ""
    of_cells = _lived(cells(ds, measure, leader))
    if " of " in of_cells and not is_list:
        how += ";\neach factor over the levels of the others that were lived at both its ends"
    heading(ax, title, f"{of_cells} ({ds.attrs['design']}), {int(ds['replicates'].sum()):,} simulated "
            f"histories; {what}.\nWhiskers: 95 % intervals of the difference, {how}" + risk(measure))
    return sign(ax, title, ds)


def sensitivity(sweep: xr.Dataset | str | Path, measure: str = "member_visits", leader: int | str = 0) -> pd.DataFrame:
    """Which factors matter: the program's indices of a measure, a row a factor, the one that matters most first.

    ``sweep``: a merged sweep with design morris or saltelli, or a file that ``safeconduct sensitivity`` wrote. Columns
    of Morris's method: ``mu`` (mean effect over the factor's range), ``mu_star`` (mean absolute effect) and
    ``mu_star_conf`` (half of its 95 % interval), ``sigma`` (spread of the effects: curvature and interplay); of
    Sobol's: ``S1`` (share of the variance by the factor alone), ``ST`` (with all its interplay), ``S1_conf``,
    ``ST_conf``, all NaN where the variance cannot be told from 0. The luck of the replicates is taken out, so indices of
    factors without effect lie about 0, also below.
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
    none = shown["ST" if method == "sobol" else "mu_star"].isna().all()
    said = ("no shares: the variance cannot be told from 0; more histories help, and more base points" if none else
            f"{'whiskers: 95 % intervals' if whiskers else 'too few points for intervals'}. "
            "A factor's range decides its bar")
    heading(ax, title, f"{method.capitalize()}, {table.attrs['cells']:,} cells, {of}; {luck};\n{said}" + risk(measure))
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


#: Designs whose cells differ in all factors at once, so that no two of them tell what one factor does.
_SPREAD = ("random", "latin_hypercube", "sobol", "morris", "saltelli", "posterior")
_NO_PLANE = {"list": "the factors of a list move together", "one_at_a_time": "no cell moves two factors"}


def _comparisons(ds: xr.Dataset, lived: np.ndarray):
    """What ``effects`` compares: factors, first and last level, and the cells at either."""
    design, factors, n = ds.attrs["design"], ds.attrs["factors"], ds.sizes["cell"]
    if design in _SPREAD:
        raise ValueError(f"in a {design} design cells at the ends of a factor differ in the others as well, so that "
                         "their difference is not what the factor does; " + (
                             "sensitivity(ds) and plot_sensitivity (in a shell: safeconduct sensitivity) tell it"
                             if design in ("morris", "saltelli") else
                             "a grid or one_at_a_time tells it, or sensitivity of a morris or saltelli design"))
    levels = pd.DataFrame({name: ds[name].values for name in factors})
    if design == "list":
        alternatives = levels[factors[0]] if len(factors) == 1 else _alternatives(ds)
        others = [cell for cell in range(1, n) if lived[cell]]
        if not (lived[0] and others):
            raise ValueError(f"a list is compared with its first alternative, {_label(alternatives[0])}: it or all "
                             f"others are missing; {_go_on(ds)}")
        for cell in others:
            yield factors, alternatives[0], alternatives[cell], [0], [cell]
        return
    for place, factor in enumerate(factors):
        own = slice(None) if design == "grid" else _own_cells(ds, factor)
        first, last = _first_and_last(levels[factor].iloc[own])
        if design == "grid":
            cell = np.moveaxis(np.arange(n).reshape(np.atleast_1d(ds.attrs["shape"])), place, 0)
            along = levels[factor].to_numpy()[cell.reshape(len(cell), -1)[:, 0]]
            low, high = (cell[list(along).index(level)].ravel() for level in (first, last))
            low, high = (side[lived[low] & lived[high]] for side in (low, high))
        else:
            low, high = (own[(levels[factor].iloc[own] == level) & lived[own]] for level in (first, last))
        if not (len(low) and len(high)):
            raise ValueError(f"no cells to compare {factor} = {_short(first)} with {_short(last)}; {_go_on(ds)}")
        yield [factor], first, last, low, high


def _ends(ds: xr.Dataset, table: pd.DataFrame, measure: str, leader: int | str, low, high):
    """The means of two sets of cells, the error of their difference, and from how many batches it is (0: from none)."""
    common = ds.attrs["luck"] == "common"
    if common and measure != "final_nu":
        share = ds["batch_replicates"].values[[*low, *high]].min(axis=0).astype(float)
        batches = np.flatnonzero(share > 0)
        if len(batches) >= 8:
            share = share[batches] / share.sum()
            of = ds["batch_mean"].sel(leader=leader_id(ds, leader), measure=measure).values[:, batches]
            first, last = (of[side].mean(axis=0) for side in (low, high))
            spread = last - first - (last - first) @ share
            se = np.sqrt(share**2 @ spread**2 * len(batches) / (len(batches) - 1))
            return first @ share, last @ share, se, len(batches)
    means = [table["mean"].iloc[side].mean() for side in (low, high)]
    return *means, np.hypot(*(_error_of_mean(table["se"].iloc[side], common) for side in (low, high))), 0


def _error_of_mean(errors: pd.Series, common: bool) -> float:
    """Of a mean over cells. Cells that share their luck err together: that many of them know no more than one."""
    return errors.mean() if common else np.sqrt((errors**2).sum()) / len(errors)


def _averaged(table: pd.DataFrame, by: list[str], common: bool) -> pd.DataFrame:
    """Means and half intervals over the cells with the same levels; NaN where one of them was not lived."""
    groups = table.groupby(by, sort=False)
    return pd.DataFrame({"mean": groups["mean"].agg(lambda m: m.mean(skipna=False)),
                         "half": Z * groups["se"].agg(_error_of_mean, common)}).reset_index()


def _own_cells(ds: xr.Dataset, factor: str) -> np.ndarray:
    """The cells of a design one at a time that move this factor: after cell 0, the base point, factor by factor."""
    factors = ds.attrs["factors"]
    each = (ds.sizes["cell"] - 1) // len(factors)
    return 1 + each * factors.index(factor) + np.arange(each)


def _points(ax: Axes | None, shown: pd.DataFrame, label: str, joined: bool) -> tuple[Axes, str]:
    """Means with whiskers over ``level``: numbers along the x axis, words as rows. Returns what the heading says."""
    if _is_number(shown["level"]):
        shown = shown.sort_values("level", kind="stable")
    few = len(shown) <= 100
    style = {"fmt": "o", "color": BLUE, "markersize": 5 if few else 3, "alpha": 1 if few else 0.5}
    error = shown["half"].fillna(0) if few else None  # of a single history it is not known
    if _is_number(shown["level"]):
        ax = axes(ax, 7.2, 4.8)
        ax.errorbar(shown["level"], shown["mean"], yerr=error, capsize=3, **style | {"fmt": "o-" if joined else "o"})
        ax.set_ylabel(label)
        ax.grid(alpha=0.25)
        bare(ax, "top", "right")
    else:
        rows = list(shown["level"].unique())
        ax = axes(ax, 7.5, min(1.7 + 0.32 * len(rows), 20))
        ax.errorbar(shown["mean"], shown["level"].map(rows.index), xerr=error, capsize=2.5, **style)
        ax.set_yticks(range(len(rows)), [_label(row) for row in rows])
        _thin(ax.get_yticklabels(), 60)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel(label)
        ax.grid(axis="x", alpha=0.3)
        bare(ax, "top", "right", "left")
    return ax, ("whiskers: 95 % intervals of the mean" if few else
                f"95 % intervals ± {shown['half'].max():.2g} at most")


def _heat_map(ax: Axes | None, shown: pd.DataFrame, x: str, y: str, label: str) -> tuple[Axes, str]:
    columns, rows = _levels(shown[x]), _levels(shown[y])
    mean, half = (shown.pivot(index=y, columns=x, values=v).reindex(index=rows, columns=columns).to_numpy()
                  for v in ("mean", "half"))
    ax = axes(ax, 7.2, 4.8)
    image = ax.pcolormesh(mean, cmap="cividis", edgecolors="white", linewidth=0.3)
    flat = len(columns) <= 8 and all(len(_label(c)) < 9 for c in columns)
    ax.set_xticks(np.arange(len(columns)) + 0.5, [_label(c, 24) for c in columns], rotation=0 if flat else 40,
                  ha="center" if flat else "right", rotation_mode="anchor")
    ax.set_yticks(np.arange(len(rows)) + 0.5, [_label(r) for r in rows])
    for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
        _thin(labels, 17)
    ax.figure.colorbar(image, ax=ax, label=label)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.tick_params(length=0)
    if max(len(columns), len(rows)) > 8:
        return ax, f"95 % intervals ± {np.nanmax(half):.2g} at most"
    middle = (np.nanmin(mean) + np.nanmax(mean)) / 2
    for (i, j), value in np.ndenumerate(mean):
        if np.isfinite(value):
            ax.text(j + 0.5, i + 0.5, with_error(value, half[i, j]).replace(" ±", "\n±"), ha="center", va="center",
                    fontsize="small", color="black" if value > middle else "white")
    return ax, "±: half a 95 % interval"


def _coloured(ax: Axes | None, shown: pd.DataFrame, x: str, y: str, label: str) -> tuple[Axes, str]:
    """A dot a cell over two factors."""
    ax = axes(ax, 7.2, 4.8)
    at = []
    for name, axis in ((x, ax.xaxis), (y, ax.yaxis)):
        levels = _levels(shown[name])
        at.append(shown[name] if _is_number(shown[name]) else shown[name].map(levels.index))
        if not _is_number(shown[name]):
            axis.set_ticks(range(len(levels)), [_label(level) for level in levels])
    image = ax.scatter(*at, c=shown["mean"], cmap="cividis", edgecolors="0.3", linewidths=0.3)
    ax.figure.colorbar(image, ax=ax, label=label)
    ax.grid(alpha=0.25)
    bare(ax, "top", "right")
    return ax, f"95 % intervals ± {shown['half'].max():.2g} at most"


def _thin(labels: list, most: int) -> None:
    """Hides labels evenly, so that at most about so many are left."""
    for place, text in enumerate(labels):
        text.set_visible(place % (1 + len(labels) // most) == 0)


def _lived(table: pd.DataFrame) -> str:
    n, lived = len(table), int(table["mean"].notna().sum())
    return f"{n} cells" if lived == n else f"{lived} of {n} cells"


def _replicates(table: pd.DataFrame) -> str:
    lived = table["replicates"][table["replicates"] > 0]
    few, many = lived.min(), lived.max()
    return f"{few:,}" if few == many else f"{few:,} to {many:,}"


def _go_on(ds: xr.Dataset) -> str:
    """What to do where cells are missing."""
    missing = int((ds["replicates"] == 0).sum())
    folder = Path(ds.attrs["path"]).parent
    return (f"{missing} of {ds.sizes['cell']} cells are not lived yet: 'safeconduct sweep {ds.attrs['scenario']}.toml "
            f"--out {folder} --resume' lives them, 'safeconduct merge {folder}' puts all together")


def _alternatives(ds: xr.Dataset) -> list[str]:
    """The cells of a list by their levels: 'kap_arrest = 4.5, Lambda = 27.1'."""
    names = ds.attrs["factors"]
    return [", ".join(f"{name} = {_short(level)}" for name, level in zip(names, cell))
            for cell in zip(*(ds[name].values for name in names))]


def _axis(ds: xr.Dataset, factor: str) -> str:
    """A factor with its key and unit, and whether its levels are multiples or summands of what the scenario has."""
    key, unit, op = (ds[factor].attrs.get(name, "") for name in ("long_name", "units", "op"))
    before = {"multiply": "times ", "add": "change of "}.get(op, "")
    about = [part for part in (before + key if before or key != factor else "", unit if unit != "1" else "") if part]
    between = "\n" if len(factor) + sum(map(len, about)) > 54 else " "
    return f"{factor}{between}({', '.join(about)})" if about else factor


def _is_number(levels: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(levels)


def _levels(values: pd.Series) -> list:
    return sorted(values.unique()) if _is_number(values) else list(values.unique())


def _first_and_last(levels: pd.Series) -> tuple:
    return (levels.min(), levels.max()) if _is_number(levels) else (levels.iloc[0], levels.iloc[-1])


def _short(level: object) -> str:
    if not isinstance(level, (float, np.floating)):
        return str(level)
    return f"{level:,.0f}" if 1000 <= abs(level) < 1e6 else f"{level:.3g}"


def _label(level: object, most: int = 47) -> str:
    """A level as a tick, cut where it is long."""
    text = _short(level)
    return text if len(text) <= most else f"{text[:most - 1]}…"


def _alternative(row) -> str:
    """An alternative of a list as a tick: its name, or what the factor is there."""
    return _label(row.last if isinstance(row.last, str) else f"{row.factor} = {_short(row.last)}")
