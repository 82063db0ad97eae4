"""The ways of a leader's aircraft: the program's ``route`` as a table, and on a map."""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from . import geo
from .maps import draw_world
from .program import call, options, scratch
from .results import ResultsError, named
from .style import BLUE, DARK, axes, heading, legend_below, sign

_KINDS = {"direct": ("direct", DARK, "--"), "avoid": ("round states that might arrest", BLUE, "-")}
_LAND, _CROSSED, _DUTY = "#e4e4e4", "#bcd6ea", "#f3c9a8"


def routes(*hosts: str, scenario: str | Path = "dushanbe_2025", leader: str | None = None) -> pd.DataFrame:
    """The direct way to each host, and the way round states that might arrest where it is another one: a row a route.

    ``hosts``: ISO 3166-1 alpha-3 codes, or names; ``leader``: an id or a name. Columns as of ``read_routes``. A host
    that lies behind states which refuse overflight has no row. Raises ProgramError in the program's words, or
    ValueError for a name that nobody has.

    >>> routes("Brazil")["route"].tolist()[0]
    'direct'
    """
    folder = scratch("world")
    call(["check", str(scenario), "--export", str(folder)])
    of_hosts, of_leaders = (pd.read_csv(folder / f"{kind}.csv", comment="#", keep_default_na=False)
                            for kind in ("hosts", "leaders"))
    hosts = tuple(named(host, of_hosts["host"].tolist(), of_hosts["name"].tolist(), "host") for host in hosts)
    names = dict(zip(of_leaders["leader"], of_leaders["display"]))
    leader = leader and named(leader, list(names), list(names.values()), "leader")
    tables = []
    for host in hosts:
        out = scratch("route.geojson")
        call(["route", str(scenario), *options(to=host, geojson=out, leader=leader or None)])
        if out.exists():
            tables.append(read_routes(out))
    if not tables:
        return pd.DataFrame(columns=["leader", "host", "route", "hours", "detour_hours", "over", "duty", "lines"])
    table = pd.concat(tables, ignore_index=True)
    table.attrs |= {"scenario": str(scenario), "leader_names": names}
    return table


def read_routes(path: str | Path) -> pd.DataFrame:
    """Read a file of ``safeconduct route --geojson``: a row a route with leader, host, route (direct, avoid), hours,
    detour_hours, ``over`` (states crossed), ``duty`` (those of them with a duty to arrest), and ``lines``, arrays of
    shape (points, 2), longitude and latitude in degrees. Raises FileNotFoundError or ResultsError.
    """
    try:
        features = json.loads(Path(path).read_text(encoding="utf-8"))["features"]
        return pd.DataFrame([{
            **{name: f["properties"][name] for name in ("leader", "host", "route", "hours", "detour_hours")},
            "over": [state["state"] for state in f["properties"]["over"]],
            "duty": [state["state"] for state in f["properties"]["over"] if state["duty"]],
            "lines": [np.array(line, float) for line in f["geometry"]["coordinates"]]} for f in features])
    except (ValueError, KeyError, TypeError) as e:
        raise ResultsError(f"{path} holds no routes; 'safeconduct route --to CODE --geojson FILE' writes them") from e


def plot_routes(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Routes on an Equal Earth map, cut to what they need: direct ones dashed, those that go round states drawn out.
    States that the routes cross are shaded, darker and orange those with a duty to arrest. Raises ValueError if there
    is no route.

    >>> ax = plot_routes(routes("BRA"))
    >>> ax.get_legend() is not None
    True
    """
    if table.empty:
        raise ValueError("there is no route to draw: none was asked for, or all hosts lie behind states that refuse "
                         "overflight")
    ax = axes(ax, 9, 5.6)
    crossed = {state for over in table["over"] for state in over}
    duty = {state for some in table["duty"] for state in some}
    draw_world(ax, lambda state: _DUTY if state in duty else _CROSSED if state in crossed else _LAND, _LAND)
    ends: dict[str, tuple[float, float]] = {}
    drawn = []
    for row in table.itertuples():
        words, colour, style = _KINDS[row.route]
        for line in row.lines:
            x, y = _projected(line)
            ax.plot(x, y, linestyle=style, color=colour, linewidth=1.6, zorder=4 if row.route == "avoid" else 3,
                    label=words)
            drawn.append(np.column_stack([x, y]))
        ends[row.host] = drawn[-1][-1]
    ax.plot(*drawn[0][0], marker="s", color="black", markersize=6, zorder=5)
    for host, (x, y) in ends.items():
        ax.plot(x, y, marker="o", color="black", markersize=5, zorder=5)
        ax.annotate(host, (x, y), (6, 4), textcoords="offset points", fontsize="small", zorder=6)
    _frame(ax, np.concatenate(drawn))
    handles, labels = ax.get_legend_handles_labels()
    shown = dict(zip(labels, handles))
    shown |= {"crossed": Patch(facecolor=_CROSSED), "crossed, with a duty to arrest": Patch(facecolor=_DUTY)}
    legend_below(ax, list(shown.values()), list(shown), 4, 6)
    who = str(table["leader"].iloc[0])
    title = f"The ways of {table.attrs.get('leader_names', {}).get(who, who.capitalize())}"
    detours = table[table["route"] == "avoid"]
    longest = f"; the longest detour takes {60 * detours['detour_hours'].max():.0f} minutes" if len(detours) else ""
    heading(ax, title, f"Round states that refuse overflight; square: from here{longest}")
    return sign(ax, title, Scenario=table.attrs.get("scenario", ""))


def _projected(line: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """On the map, broken where it leaves at one edge and comes in at the other."""
    x, y = geo.equal_earth(*line.T)
    jump = np.flatnonzero(np.abs(np.diff(x)) > 1) + 1
    return np.insert(x, jump, np.nan), np.insert(y, jump, np.nan)


def _frame(ax: Axes, points: np.ndarray) -> None:
    """The part of the map that the routes need, with room around, in the proportions of the whole."""
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    size = np.maximum(high - low, [0.4, 0.2]) * 1.25 + [0.1, 0.1]
    size = np.maximum(size, [size[1] * 1.6, size[0] / 2.2])
    middle = (low + high) / 2
    ax.set_xlim(middle[0] - size[0] / 2, middle[0] + size[0] / 2)
    ax.set_ylim(middle[1] - size[1] / 2, middle[1] + size[1] / 2)
    ax.set_aspect("equal")
    ax.axis("off")
