"""The world map of one leader's results. Draws on the Axes it is given, or on new ones, and returns them."""
from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Patch
from matplotlib.path import Path

from . import geo
from .results import hosts, leader_id, opened, spread, world
from .style import PRIOR, axes, heading, histories, period, sign

#: What a map can show: column, title, label of the scale, edges of its classes, cases that count.
_SHOWN = {
    "visits": ("visits_a_year", "Where {who} goes", "visits a year", [0, 0.01, 0.03, 0.1, 0.3, 1, 3], None),
    "refusal": ("refused", "Who takes an invitation to {who} back", "share of announced trips that the host withdraws",
                [0, 0.01, 0.03, 0.1, 0.3, 0.6, 1], "settled"),
    "arrest": ("p_arrest", "If {who} came: the assumed chance of an arrest", "arrests per thousand arrivals",
               [0, 0.1, 0.3, 1, 3, 10, 30], "arrivals"),
}
_SMALL = 0.0008  # projected area below which a state needs a dot to be seen
_NO_VALUE, _LAND, _SEA = "#dcdcdc", "#eeeeee", "#f7fafc"


def map_table(ds: xr.Dataset | str | FilePath, what: str = "visits", leader: int | str = 0) -> pd.DataFrame:
    """What ``plot_map`` draws: host, name, longitude, latitude, member, value, and cases, the number behind it.

    ``refusal``: withdrawn invitations over announced trips, those still pending or void left out. ``arrest``: mean
    P(arrest) of the arrivals per thousand, hosts without a duty left out; it is the model's assumption seen through the
    visits that were made, not an estimate.

    >>> table = map_table(open_results(example), "visits").set_index("host")
    >>> bool(table.loc["BLR", "value"] > 1), table.loc["BLR", "member"]
    (True, False)
    """
    ds = opened(ds)
    if what not in _SHOWN:
        raise ValueError(f"a map can show {', '.join(_SHOWN)}, not {what!r}")
    who = leader_id(ds, leader)
    column, *_, cases = _SHOWN[what]
    table = hosts(ds, who)
    table["member"] = (table["member_at_start"] == "yes") | (table["member_at_end"] == "yes")
    table["settled"] = table["go"] - table["pending"] - table["void"]
    table["refused"] = table["withdrawn"] / table["settled"].where(table["settled"] > 0)
    table["p_arrest"] = (1000 * table["p_arrest"]).where(table["member"])
    table["cases"] = table[cases] if cases else table["opportunities"]
    table["value"] = table[column]
    return table[["host", "name", "longitude", "latitude", "member", "value", "cases"]]


def plot_map(ds: xr.Dataset | str | FilePath, what: str = "visits", leader: int | str = 0, ax: Axes | None = None,
             least: int = 20) -> Axes:
    """The world coloured by ``visits`` a year, the share of invitations the host withdraws (``refusal``), or the chance
    of an ``arrest`` given an arrival, all means over the histories; small states are dots at their capitals.

    States with fewer than ``least`` cases (announced trips, arrivals) stay grey: their share would be noise. Members of
    the court are outlined. On an Equal Earth projection, so the eye weighs states by their area.

    >>> ax = plot_map(open_results(example), "visits")
    >>> ax.get_title(loc="left")
    'Where Vladimir Putin goes'
    """
    ds = opened(ds)
    table = map_table(ds, what, leader)
    who = leader_id(ds, leader)
    of_leader = world(ds, "leaders").set_index("leader").loc[who]
    _, title, label, edges, counted = _SHOWN[what]
    known = table["value"].notna() & ((table["cases"] >= least) | (counted is None))
    if what == "visits":
        known &= table["value"] > 0
    ax = axes(ax, 9, 5.3)

    colours = ListedColormap(matplotlib.colormaps["YlGnBu"](np.linspace(0.15, 1, len(edges) - 1)))
    norm = BoundaryNorm(edges, colours.N)
    faces = {row.host: colours(norm(min(row.value, edges[-1] * 0.999))) for row in table[known].itertuples()}
    states = draw_world(ax, lambda host: faces.get(host, _NO_VALUE))
    members = set(table.loc[table["member"], "host"])
    ax.add_collection(PathCollection([path for host, path in states.items() if host in members], facecolors="none",
                                     edgecolors="black", linewidths=0.4, zorder=3))
    if of_leader["home"] in states:
        ax.add_collection(PathCollection([states[of_leader["home"]]], facecolors="white", edgecolors="0.6",
                                         linewidths=0.35, hatch="/////", zorder=2.5))
    small = table[[land()["states"].get(h, (None, 0))[1] < _SMALL for h in table["host"]]]
    x, y = geo.equal_earth(small["longitude"].to_numpy(), small["latitude"].to_numpy())
    ax.scatter(x, y, s=15, c=[faces.get(h, _NO_VALUE) for h in small["host"]],
               edgecolors=["black" if h in members else "white" for h in small["host"]], linewidths=0.6, zorder=4)
    ax.set_aspect("equal")
    ax.autoscale_view()
    ax.axis("off")

    bar = ax.figure.colorbar(matplotlib.cm.ScalarMappable(norm, colours), ax=ax, orientation="horizontal", shrink=0.55,
                             aspect=32, pad=0.02, label=label, extend="max" if what != "refusal" else "neither",
                             spacing="uniform")
    bar.set_ticks(edges, labels=[f"{100 * e:g} %" if what == "refusal" else f"{e:g}" for e in edges])
    bar.outline.set_visible(False)
    grey = {"visits": "no visit", "refusal": f"fewer than {least} announced trips",
            "arrest": f"no duty, or fewer than {least} arrivals"}[what]
    ax.legend(handles=[Patch(facecolor=_NO_VALUE, edgecolor="black", linewidth=0.8, label="member of the court"),
                       Patch(facecolor=_NO_VALUE, edgecolor="white", label=grey),
                       Patch(facecolor="white", edgecolor="0.6", hatch="/////", label="home state")],
              loc="lower left", bbox_to_anchor=(-0.02, 0.02), frameon=False, fontsize="small", handlelength=1.4)
    cases = f"; {int(table.loc[known, 'cases'].sum()):,} " + {"refusal": "announced trips", "arrest": "arrivals"}.get(
        what, "opportunities")
    name = str(of_leader["display"])
    below = f"{period(ds)}, mean of {histories(ds)}{cases}"
    if what == "arrest":
        below += f"; kap_arrest {spread(ds, 'kap_arrest')}, Lambda {spread(ds, 'Lambda', who)}\n{PRIOR}"
    heading(ax, title.format(who=name), below)
    return sign(ax, title.format(who=name), ds)


def draw_world(ax: Axes, face: Callable[[str], Any], elsewhere: str = _LAND) -> dict[str, Path]:
    """Sea and land, below zorder 3: states in their ``face`` (a colour by ISO code), what is no state's in one colour.
    Returns the projected outlines by state."""
    drawn = land()
    ax.fill(*geo.edge(), facecolor=_SEA, edgecolor="0.75", linewidth=0.6, zorder=0)
    ax.add_collection(PathCollection([path for path, _ in drawn["elsewhere"].values()], facecolors=elsewhere,
                                     linewidths=0, zorder=1))
    states = {state: path for state, (path, _) in drawn["states"].items()}
    ax.add_collection(PathCollection(list(states.values()), facecolors=[face(s) for s in states], edgecolors="white",
                                     linewidths=0.35, zorder=2))
    return states


@lru_cache(maxsize=1)
def land() -> dict[str, dict[str, tuple[Path, float]]]:
    """Projected outlines and the area of the largest ring, by group and name."""
    return {group: {name: _path(rings) for name, rings in named.items()}
            for group, named in (("states", geo.outlines()), ("elsewhere", geo.elsewhere()))}


def _path(rings: list[np.ndarray]) -> tuple[Path, float]:
    projected = [np.column_stack(geo.equal_earth(*geo.densified(ring).T)) for ring in rings]
    codes = [[Path.MOVETO] + [Path.LINETO] * (len(r) - 2) + [Path.CLOSEPOLY] for r in projected]
    area = max(0.5 * abs(np.dot(r[:-1, 0], r[1:, 1]) - np.dot(r[1:, 0], r[:-1, 1])) for r in projected)
    return Path(np.concatenate(projected), np.concatenate(codes)), float(area)
