"""Figures. Each function draws on the Axes it is given, or on new ones, and returns them; none calls show()."""
from __future__ import annotations

import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .results import hosts

MEMBER, OTHER = "#d1495b", "#5c7c99"  # told apart by everyone, and by shape as well


def plot_hosts(ds: xr.Dataset, leader: int | str = 0, ax: Axes | None = None, most: int = 20) -> Axes:
    """Visits a year to the ``most`` visited hosts, with 95 % intervals of the simulation error; members marked.

    >>> ax = plot_hosts(open_results(example), most=5)
    >>> ax.get_yticklabels()[0].get_text()
    'Belarus'
    """
    who = leader if isinstance(leader, str) else ds["leader"].values[leader]
    if who not in ds["leader"].values:
        raise ValueError(f"no leader {who!r} in these results: {', '.join(ds['leader'].values)}")
    table = hosts(ds)
    table = table[(table["leader"] == who) & (table["visits"] > 0)]
    table = table.sort_values("visits", ascending=False).head(most)
    if ax is None:
        ax = plt.subplots(figsize=(7, 1.2 + 0.27 * len(table)), layout="constrained")[1]

    for place, row in enumerate(table.itertuples()):
        member = "yes" in (row.member_at_start, row.member_at_end)
        colour = MEMBER if member else OTHER
        ax.hlines(place, 0, row.visits_a_year, color=colour, alpha=0.35, linewidth=5)
        ax.errorbar(row.visits_a_year, place, xerr=1.96 * row.visits_a_year_se, color=colour, capsize=2.5,
                    marker="D" if member else "o", markersize=5.5)
    ax.set_yticks(range(len(table)), table["name"])
    ax.invert_yaxis()
    ax.set_xlim(left=0)
    ax.set_xlabel("visits a year")
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", alpha=0.3)
    ax.set_axisbelow(True)
    ax.legend(handles=[Line2D([], [], color=MEMBER, marker="D", linewidth=0, label="bound by the Rome Statute"),
                       Line2D([], [], color=OTHER, marker="o", linewidth=0, label="not bound")],
              loc="lower right", frameon=False)
    ax.set_title(f"Where {ds['leader_name'].values[leader]} goes", loc="left", fontweight="bold", pad=20)
    first, last = (str(ds["week"].values[i])[:4] for i in (0, -1))
    span = first if first == last else f"{first} to {last}"
    ax.text(0, 1.01, f"{span}, mean of {int(ds.attrs['replicates']):,} simulated histories; whiskers: 95 % intervals of "
            "the mean", transform=ax.transAxes, fontsize="small", color="0.35", va="bottom")
    return ax
