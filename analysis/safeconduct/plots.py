"""Figures of one results file. Each function draws on the Axes it is given, or on new ones, and returns them; none
calls show().

Intervals are 95 % intervals of the simulation's error unless a figure says otherwise.
"""
from __future__ import annotations

from pathlib import Path

import matplotlib.dates as mdates
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from .intervals import Z, with_error
from .compare import alternative_id, compare, open_comparison
from .results import events, hosts, leader_id, ledger, opened, world, years
from .style import (BLUE, DARK, GREY, MEMBER, MEMBER_MARK, ORANGE, OTHER, OTHER_MARK, PRIOR, PURPLE, RED, SKY, axes,
                    bare, heading, histories, legend_below, own_parameters, period, risk, settle, sign)

#: What becomes of an invitation: column of the tables, word, colour.
FATES = (("goes", "goes", BLUE), ("delegate", "sends a delegate or a link", SKY), ("skip", "skips", "#d9d9d9"),
         ("stays_home", "announces, stays home", ORANGE), ("withdrawn", "host withdraws", RED),
         ("arrested", "is arrested", PURPLE), ("other", "void or pending", DARK))

_FEW = 6  # rows below which a legend would lie on what is drawn

_FANS = {
    "nu": ("nu_mean", "nu_quantile", "The norm against receiving a wanted leader", "norm strength nu (0 to 2)"),
    "pressure": ("pressure_mean", "pressure_quantile", "What NGOs make hosts feel",
                 "pressure p, mean of hosts with a duty"),
    "isolation": ("isolation_mean", "isolation_quantile", "How isolated {who} is", "isolation I (0 to 1)"),
    "budget": ("budget_mean", "budget_quantile", "What the NGOs can spend", "weekly budget, of its start"),
    "visits": ("visits_so_far_mean", "visits_so_far_quantile", "Visits of {who} so far", "visits since the start"),
}


def plot_hosts(ds: xr.Dataset | str | Path, leader: int | str = 0, ax: Axes | None = None, most: int = 20) -> Axes:
    """Visits a year to the ``most`` visited hosts, with 95 % intervals of the simulation error; members marked.

    >>> ax = plot_hosts(open_results(example), most=5)
    >>> ax.get_yticklabels()[0].get_text()
    'Belarus'
    """
    ds = opened(ds)
    who = leader_id(ds, leader)
    table = hosts(ds, who).query("visits > 0")
    table = table.sort_values("visits", ascending=False).head(most)
    ax = axes(ax, 7, 1.2 + 0.27 * max(len(table), _FEW))
    table["error"] = Z * table["visits_a_year_se"].fillna(0)  # of a single history it is not known
    for place, row in enumerate(table.itertuples()):
        member = "yes" in (row.member_at_start, row.member_at_end)
        colour = MEMBER if member else OTHER
        ax.hlines(place, 0, row.visits_a_year, color=colour, alpha=0.35, linewidth=5)
        ax.errorbar(row.visits_a_year, place, xerr=row.error, color=colour, capsize=2.5,
                    marker=MEMBER_MARK if member else OTHER_MARK, markersize=5.5)
    ax.set_yticks(range(len(table)), table["name"])
    ax.invert_yaxis()
    if len(table) < _FEW:
        ax.set_ylim(_FEW - 0.4, -0.6)
    if table.empty:
        ax.text(0, 0, "  no visit in any history", va="center")
    ax.set_xlim(left=0)
    ax.set_xlabel("visits a year")
    bare(ax, "top", "right", "left")
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", alpha=0.3)
    ax.legend(handles=_bound_or_not(), loc="lower right", frameon=False)
    title = f"Where {_name(ds, who)} goes"
    heading(ax, title, f"{period(ds)}, mean of {histories(ds)}; whiskers: 95 % intervals of the mean")
    return sign(ax, title, ds)


def plot_calendar(ds: xr.Dataset | str | Path, leader: int | str = 0, ax: Axes | None = None) -> Axes:
    """The leader's calendar as a strip of odds: for each event the shares of histories in which he goes, sends
    somebody, skips, stays home after announcing, or is told not to come; whiskers at the share that goes.

    >>> ax = plot_calendar(open_results(example))
    >>> "2025-10-08  State visit, Dushanbe" in [label.get_text() for label in ax.get_yticklabels()]
    True
    """
    ds = opened(ds)
    who = leader_id(ds, leader)
    table = calendar_shares(ds, who)
    ax = axes(ax, 9, 1.6 + 0.27 * len(table))
    place = np.arange(len(table))
    left = np.zeros(len(table))
    for column, word, colour in FATES:
        width = table[column].to_numpy()
        ax.barh(place, width, left=left, height=0.78, color=colour, edgecolor="white", linewidth=0.5, label=word)
        dark = colour in (BLUE, RED, DARK)
        for y, x, w in zip(place, left, width):
            if w >= 0.07:
                # what goes has its whisker at the bar's end: its number stands at the bar's start
                at, side = (0.012, "left") if column == "goes" else (x + w / 2, "center")
                ax.text(at, y, f"{100 * w:.0f}", ha=side, va="center", fontsize="x-small",
                        color="white" if dark else "black")
        left += width
    goes = table["goes"].to_numpy()
    ax.errorbar(goes, place, xerr=[goes - table["low"], table["high"] - goes], fmt="none", ecolor="black", elinewidth=1,
                capsize=2)
    ax.set_yticks(place, [f"{row.date:%Y-%m-%d}  {row.name}" for row in table.itertuples(index=False)])
    for tick, duty in zip(ax.get_yticklabels(), table["duty"]):
        if duty:
            tick.set_color(MEMBER)
            tick.set_fontweight("bold")
    if table.empty:
        ax.text(0, 0, "nothing on the calendar comes up", va="center")
    ax.set_ylim(max(len(table), 1) - 0.4, -0.6)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda v, _: f"{100 * v:.0f} %")
    ax.tick_params(axis="y", length=0)
    bare(ax, "top", "right", "left", "bottom")
    shown = [(c, w) for c, w, _ in FATES if table[c].max() > 0.001]
    handles, words = ax.get_legend_handles_labels()
    keep = [i for i, w in enumerate(words) if w in [word for _, word in shown]]
    legend_below(ax, [handles[i] for i in keep], [words[i] for i in keep], 3)
    title = f"The calendar of {_name(ds, who)}"
    heading(ax, title, f"Share of {histories(ds)}; bold: the host has a duty to arrest.\n"
            "Whiskers: 95 % intervals of the share that goes: visits, cut short or not"
            + (risk("arrests") if "arrested" in dict(shown) else ""))
    return sign(ax, title, ds)


def calendar_shares(ds: xr.Dataset | str | Path, leader: int | str = 0):
    """What ``plot_calendar`` draws: date, name, host, duty, the shares of FATES, and low and high of ``goes``.

    >>> table = calendar_shares(open_results(example))
    >>> bool(np.allclose(table[[column for column, _, _ in FATES]].sum(axis=1), 1))
    True
    """
    ds = opened(ds)
    who = leader_id(ds, leader)
    table = events(ds, who).query("opportunities > 0").reset_index(drop=True)
    table["goes"] = table["visited"] + table["cut_short"]
    table["other"] = table["void"] + table["pending"]
    for column, _, _ in FATES:
        table[column] = table[column] / table["opportunities"]
    return table[["date", "name", "host", "duty", "low", "high", *(column for column, _, _ in FATES)]]


def plot_difference(before: xr.Dataset | str | Path, after: xr.Dataset | str | Path | None = None,
                    leader: int | str = 0, ax: Axes | None = None, most: int = 20,
                    names: tuple[str, str] | None = None, alternative: int | str = 0) -> Axes:
    """What changes between two runs of one seed, or in a comparison (``open_comparison``): visits a year to each host,
    after less before, with 95 % intervals; the ``most`` changed hosts.

    >>> ax = plot_difference(open_results(example), open_results(example))
    >>> ax.get_xlabel()
    'visits a year, after less before'
    """
    if after is not None:
        before, after = opened(before), opened(after)
    elif not isinstance(before, xr.Dataset):
        before = open_comparison(before)
    who = leader_id(before, leader)
    table = compare(before, after, who, alternative)
    if names is None:
        names = ("before", "after") if after is not None else (
            str(before.attrs["base"]), alternative_id(before, alternative))
    total = table.attrs["total"]
    table = table[table["difference"] != 0]
    table = table.sort_values("difference", key=abs, ascending=False, kind="stable").head(most)
    table = table.sort_values("difference", ascending=False)
    ax = axes(ax, 7, 1.7 + 0.27 * len(table))
    ax.axvline(0, color="0.3", linewidth=0.8)
    told = "member" in table  # a comparison does not tell who is bound
    for place, row in enumerate(table.itertuples()):
        colour, mark = ((MEMBER, MEMBER_MARK) if row.member else (OTHER, OTHER_MARK)) if told else (BLUE, "o")
        sure = row.low > 0 or row.high < 0
        ax.errorbar(row.difference, place, xerr=Z * row.se, color=colour, capsize=2.5, marker=mark, markersize=5.5,
                    markerfacecolor=colour if sure else "white")
    if table.empty:
        ax.text(0, 0, "no difference at any host  ", ha="right", va="center")
        ax.set_xlim(-1, 1)
    ax.set_yticks(range(len(table)), table["name"])
    ax.set_ylim(max(len(table), 1) - 0.4, -0.6)
    ax.set_xlabel(f"visits a year, {names[1]} less {names[0]}")
    ax.xaxis.set_major_locator(MaxNLocator(6))
    bare(ax, "top", "right", "left")
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", alpha=0.3)
    if told and len(table):
        ax.legend(handles=_bound_or_not(), loc="lower right", frameon=False, fontsize="small")
    title = f"What changes for {_name(before, who)}"
    how = "history by history" if table.attrs["paired"] else "as if the runs had been independent: too wide"
    heading(ax, title, f"All hosts together {with_error(total['difference'], Z * total['se'], '+')} visits a year; "
            f"{table.attrs['pairs']:,} pairs of histories under one luck.\n95 % intervals, {how}; hollow: the interval "
            "holds 0")
    return sign(ax, title, *(ds for ds in (before, after) if ds is not None))


def plot_fan(ds: xr.Dataset | str | Path, what: str = "nu", leader: int | str = 0, ax: Axes | None = None) -> Axes:
    """How a stock moves over the weeks: the mean, and the bands that hold 50 and 90 % of the histories.

    ``what``: ``nu``, ``pressure``, ``isolation``, ``visits``, or ``budget`` (one mean for each NGO). The bands are
    the spread of the histories, not an error. Raises ValueError for a run of a single week, and for the budget of no
    NGO.

    >>> plot_fan(open_results(example), "pressure").get_ylabel()
    'pressure p, mean of hosts with a duty'
    """
    ds = opened(ds)
    if what not in _FANS:
        raise ValueError(f"a fan can show {', '.join(_FANS)}, not {what!r}")
    mean_of, quantile_of, title, label = _FANS[what]
    if ds.sizes["week"] < 2:
        raise ValueError("this run has a single week, and a fan shows how a stock moves: live two at least")
    who = leader_id(ds, leader)
    title = title.format(who=_name(ds, who))
    mean, quantile = ds[mean_of], ds[quantile_of]
    if 0 in mean.shape:
        raise ValueError("there is no NGO in this world, and so no budget to draw")
    if "leader" in mean.dims:
        mean, quantile = mean.sel(leader=who), quantile.sel(leader=who)
    ax = axes(ax, 7, 3.8)
    weeks = ds["week"].values
    if "ngo" in mean.dims:
        for place, ngo in enumerate(ds["ngo"].values):
            line, = ax.plot(weeks, mean.sel(ngo=ngo), linestyle=("-", "--", "-.", ":")[place % 4],
                            color=(BLUE, ORANGE, RED, SKY, GREY)[place % 5], label=str(ngo))
        ax.legend(frameon=False, fontsize="small")
        spread = "means"
    else:
        for low, high, alpha in ((0.05, 0.95, 0.18), (0.25, 0.75, 0.38)):
            ax.fill_between(weeks, quantile.sel(quantile=low), quantile.sel(quantile=high), color=BLUE, alpha=alpha,
                            linewidth=0, label=f"{100 * (high - low):.0f} % of the histories")
        ax.plot(weeks, quantile.sel(quantile=0.5), color=BLUE, linewidth=1, linestyle="--", label="median")
        ax.plot(weeks, mean, color="black", linewidth=1.6, label="mean")
        ax.legend(frameon=False, fontsize="small", ncols=2, loc=_emptiest(ax, quantile))
        spread = "bands: the spread of the histories"
    _mark_events(ax, ds, who)
    ax.set_ylabel(label)
    ax.set_xlim(weeks[0], weeks[-1])
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(ax.xaxis.get_major_locator()))
    bare(ax, "top", "right")
    ax.grid(alpha=0.25)
    heading(ax, title, f"{histories(ds)}; {spread}; ticks: calendar events")
    return sign(ax, title, ds)


def plot_ledger(ds: xr.Dataset | str | Path, leader: int | str = 0, ax: Axes | None = None, names: int = 26) -> Axes:
    """Who sits where in the first week: what the alliance weighs against what pulls towards compliance, both in logits.

    Above the solid line a host would rather take an invitation back; above the dashed one it would arrest, if it has
    a duty. The band is one standard deviation of the resolve that nobody can see. Area of a mark: visits a year.
    About ``names`` hosts are named: the most visited, the bound ones with the strongest ties, the foes, and those of
    the calendar.

    >>> ax = plot_ledger(open_results(example))
    >>> ax.get_xlabel()
    'alliance with the home state, th_a a (logits)'
    """
    ds = opened(ds)
    who = leader_id(ds, leader)
    p = world(ds, "parameters").set_index("name")["value"].astype(float)
    visits = hosts(ds, who).set_index("host")["visits_a_year"]
    table = ledger(ds, who)
    table["visits"] = visits.reindex(table["host"]).to_numpy()
    ax = axes(ax, 8, 6)
    x = np.array([min(-0.4, table["alliance"].min() - 0.3), table["alliance"].max() + 0.8])
    top = table["compliance"].max() + 0.8
    ax.fill_between(x, x + p["kap_refuse"] - p["sigma_u"], x + p["kap_refuse"] + p["sigma_u"], color="0.5", alpha=0.12,
                    linewidth=0)
    lines = [ax.plot(x, x + p[kap], color="black", linewidth=1, linestyle=style, label=f"as likely to {what} as not")[0]
             for kap, style, what in (("kap_refuse", "-", "withdraw the invitation"), ("kap_arrest", "--", "arrest"))]
    for member, colour, mark in ((False, OTHER, OTHER_MARK), (True, MEMBER, MEMBER_MARK)):
        some = table[(table["duty"] > 0) == member]
        ax.scatter(some["alliance"], some["compliance"], s=14 + 170 * some["visits"].fillna(0), c=colour, marker=mark,
                   alpha=0.65, edgecolors="white", linewidths=0.5)
    ax.set_xlim(*x)
    ax.set_ylim(table["compliance"].min() - 0.8, top)
    invited = table["host"].isin(world(ds, "events")["host"])
    friends = table["alliance"].where(table["duty"] > 0).rank(ascending=False)
    foes = table["alliance"].rank()
    visited = table["visits"].rank(ascending=False)
    ax.set_xlabel("alliance with the home state, th_a a (logits)")
    ax.set_ylabel("pull towards compliance (logits)")
    bare(ax, "top", "right")
    ax.grid(alpha=0.2)
    handles = [*_bound_or_not(), *lines]
    legend_below(ax, handles, [handle.get_label() for handle in handles], 2, 40)
    title = f"The ledger of hosts: {_name(ds, who)}"
    heading(ax, title, f"First week, {ds.attrs['start_date']}; {len(table)} hosts, area of a mark: visits a year, "
            f"mean of {histories(ds)}.\nBand: one standard deviation of a host's own resolve, which is not known. "
            f"No NGO pressure yet{own_parameters(ds)}\n{PRIOR.split(',')[0]}")
    _name_points(ax, table[(visited <= 0.4 * names) | (friends <= 0.25 * names) | (foes <= 0.2 * names) | invited])
    return sign(ax, title, ds)


def plot_ridge(ds: xr.Dataset | str | Path, leader: int | str = 0, ax: Axes | None = None) -> Axes:
    """The chance of an arrest within the horizon along the ridge that the record cannot tell apart, with 95 %
    intervals of the simulation error; below each point the Lambda that gives the same behaviour there, and the visits
    a year. Visits hardly move where an arrest is rare; where it is not, arrests themselves end them. Raises ValueError
    where an infinite kap_arrest says that no host arrests.

    >>> ax = plot_ridge(open_results(example))
    >>> ax.get_yscale()
    'log'
    """
    ds = opened(ds)
    who = leader_id(ds, leader)
    at = ds["kap_arrest"].values
    if not np.isfinite(at).all():
        raise ValueError("kap_arrest is infinite in this run: no host arrests, by assumption, and there is no ridge")
    chance, error, visits, Lambda = (ds[f"ridge_{name}"].sel(leader=who).values
                                     for name in ("p_arrest", "p_arrest_se", "visits", "Lambda"))
    error = np.nan_to_num(error)  # of a single history it is not known
    own = float(world(ds, "parameters").set_index("name").loc["kap_arrest", "value"])
    visits = visits / years(ds)
    ax = axes(ax, 7, 4.2)
    low = np.maximum(1000 * (chance - Z * error), 1000 * chance / 20)  # a log axis has no zero
    ax.plot(at, 1000 * chance, color=BLUE, linewidth=1, alpha=0.6)
    ax.errorbar(at, 1000 * chance, yerr=[1000 * chance - low, 1000 * Z * error], fmt="o", color=BLUE, capsize=3)
    mine = np.argmin(np.abs(at - own))
    ax.plot(at[mine], 1000 * chance[mine], "o", markersize=12, markerfacecolor="none", markeredgecolor="black")
    for place, (x, y, up) in enumerate(zip(at, 1000 * chance, 1000 * Z * error)):
        ax.annotate(f"{float(f'{y:.2g}'):g}", (x, y + up), (0, 9 if place == mine else 5), textcoords="offset points",
                    fontsize="x-small", color="0.25", ha="center")
    if chance.max() > 0:
        ax.set_yscale("log")
        ax.set_ylim(top=min(1500 * (chance + Z * error).max(), 1200))
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_minor_formatter(NullFormatter())
    else:
        ax.set_ylim(0, 1)  # there are no fewer than none
    ax.set_xlim(at[0] - 0.5, at[-1] + 0.5)
    ax.set_xticks(at, [f"{k:g}\n{float(f'{loss:.2g}'):,g}\n{v:.1f}" for k, loss, v in zip(at, Lambda, visits)])
    ax.yaxis.set_major_formatter(lambda v, _: f"{v:g}" if v <= 1000 else "")
    ax.set_xlabel("assumed threshold of arrest, kap_arrest (logits)\nunder it Lambda, and the visits a year")
    ax.set_ylabel("arrests per thousand histories")
    bare(ax, "top", "right")
    ax.grid(alpha=0.25)
    title = f"How far the risk of arrest can be told: {_name(ds, who)}"
    heading(ax, title, f"{period(ds)}; {int(ds.attrs['ridge_replicates']):,} simulated histories a point, 95 % "
            f"intervals of the simulation; ring: the scenario's own{own_parameters(ds)}\n{PRIOR}")
    return sign(ax, title, ds)


def _bound_or_not() -> list[Line2D]:
    return [Line2D([], [], color=MEMBER, marker=MEMBER_MARK, linewidth=0, label="bound by the Rome Statute"),
            Line2D([], [], color=OTHER, marker=OTHER_MARK, linewidth=0, label="not bound")]


def _name(ds: xr.Dataset, leader: str) -> str:
    return str(ds["leader_name"].sel(leader=leader).item())


def _mark_events(ax: Axes, ds: xr.Dataset, leader: str) -> None:
    weeks = ds["week"].values
    dates = [min(np.datetime64(date, "ns"), weeks[-1])  # the frame ends with the first day of the last week
             for date, of, week in zip(ds["event_date"].values, ds["event_leader"].values, ds["event_week"].values)
             if of == leader and week < len(weeks)]
    low = ax.get_ylim()[0]
    ax.plot(dates, [low] * len(dates), "|", color="0.35", markersize=9, clip_on=False)
    ax.set_ylim(bottom=low)


def _name_points(ax: Axes, table) -> None:
    """Names beside their points, the most visited first; a name that would cover another or leave the frame is tried
    on the other sides, then left out. Call it when the layout stands."""
    settle(ax)
    frame = ax.get_window_extent()
    taken: list = []
    for row in table.sort_values("visits", ascending=False).itertuples():
        gap = 3 + 0.5 * np.sqrt(14 + 170 * np.nan_to_num(row.visits))
        for dx, dy, ha, va in ((gap, 0, "left", "center"), (-gap, 0, "right", "center"), (0, gap, "center", "bottom"),
                               (0, -gap, "center", "top")):
            text = ax.annotate(row.name, (row.alliance, row.compliance), (dx, dy), textcoords="offset points", ha=ha,
                               va=va, fontsize="x-small", color="0.15")
            text.set_in_layout(False)
            box = text.get_window_extent()
            inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
            if inside and not any(box.padded(1).overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()


def _emptiest(ax: Axes, quantile: xr.DataArray) -> str:
    """The corner where a fan leaves most room for a legend."""
    low, high = ax.get_ylim()
    half = quantile.sizes["week"] // 2
    halves = (("left", quantile.isel(week=slice(None, half))), ("right", quantile.isel(week=slice(half, None))))
    room = {f"upper {side}": high - float(part.max()) for side, part in halves}
    room |= {f"lower {side}": float(part.min()) - low for side, part in halves}
    return max(room, key=room.get)
