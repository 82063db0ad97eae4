"""What the figures share: colours that everyone can tell apart, headings, notes, and where the numbers are from.

Colours: Okabe and Ito 2008, and viridis's family; no difference is told by colour alone.
"""
from __future__ import annotations

from pathlib import Path
from weakref import WeakKeyDictionary

import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, SKY, GREEN, ORANGE, RED, PURPLE, GREY, DARK = (
    "#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#7F7F7F", "#4D4D4D")
MEMBER, OTHER = "#d1495b", "#5c7c99"  # bound by the Rome Statute, not bound; told apart by the marker as well
MEMBER_MARK, OTHER_MARK = "D", "o"

#: What must be said wherever a chance of arrest is shown.
PRIOR = ("P(arrest) is mostly a prior: no sitting leader has been arrested on such a trip, and the record cannot tell\n"
         "a host that would never arrest from a leader who knows where not to go.")

_SIGNED: WeakKeyDictionary[Axes, dict[str, str]] = WeakKeyDictionary()


def axes(ax: Axes | None, width: float, height: float) -> Axes:
    """The given Axes, or new ones of this size in inches."""
    return ax if ax is not None else plt.subplots(figsize=(width, height), layout="constrained")[1]


def heading(ax: Axes, title: str, below: str) -> None:
    """A title, and under it one line that says what is shown, of how many histories, and what the intervals are."""
    lines = below.count("\n") + 1
    ax.set_title(title, loc="left", fontweight="bold", pad=8 + 12 * lines)
    ax.annotate(below, (0, 1), (0, 6), xycoords="axes fraction", textcoords="offset points", fontsize="small",
                color="0.35", va="bottom")


def note(ax: Axes, text: str, points: float = 34) -> None:
    """A small line below the axis; the layout makes room for it."""
    ax.annotate(text, (0, 0), (0, -points), xycoords="axes fraction", textcoords="offset points", fontsize="x-small",
                color="0.35", va="top")


def bare(ax: Axes, *sides: str) -> None:
    """Without the spines on these sides, with a faint grid along the values."""
    for side in sides:
        ax.spines[side].set_visible(False)
    ax.set_axisbelow(True)


def period(ds: xr.Dataset) -> str:
    """First and last year of the horizon, '2025 to 2026'."""
    first, last = (str(ds["week"].values[i])[:4] for i in (0, -1))
    return first if first == last else f"{first} to {last}"


def histories(ds: xr.Dataset) -> str:
    """How many replicates were lived, in words.

    >>> from safeconduct import open_results
    >>> histories(open_results(example))
    '500 simulated histories'
    """
    return f"{int(ds.attrs['replicates']):,} simulated histories"


_NOUNS = {"member_visits": "visits to hosts with a duty", "withdrawn": "invitations withdrawn",
          "cut_short": "visits cut short", "delegated": "events sent a delegate", "skipped": "events skipped",
          "stays_home": "announced trips not made", "days": "days abroad", "hours": "hours flown",
          "hazard": "arrests expected"}
_NORMS = {"final_nu": "norm strength nu at the end", "mean_nu": "norm strength nu, mean of the weeks"}


def of_history(measure: str) -> str:
    """A measure in words.

    >>> of_history("cut_short"), of_history("final_nu")
    ('visits cut short a history', 'norm strength nu at the end')
    """
    return _NORMS.get(measure) or f"{_NOUNS.get(measure, measure.replace('_', ' '))} a history"


def risk(measure: str) -> str:
    """What a heading must say besides, if the measure is about arrests.

    >>> risk("visits"), risk("hazard")
    ('', '\\nP(arrest) is mostly a prior: no sitting leader has been arrested on such a trip')
    """
    return f"\n{PRIOR.split(',')[0]}" if measure in ("arrests", "hazard") else ""


def sign(ax: Axes, what: str, *sources: xr.Dataset, **more: str) -> Axes:
    """Remember for ``save`` what a figure shows and where its numbers are from; returns the Axes."""
    said = {"Title": what}
    for place, ds in enumerate(sources, start=1):
        number = f" {place}" if len(sources) > 1 else ""
        for name in ("source", "scenario", "seed", "replicates", "fingerprint", "digest"):
            if name in ds.attrs:
                said[f"{name.capitalize()}{number}"] = str(ds.attrs[name])
    said.update(more)
    _SIGNED[ax] = said
    return ax


def signature(ax: Axes) -> dict[str, str]:
    """What ``sign`` remembered of these Axes; empty if nothing.

    >>> from safeconduct import open_results, plot_hosts
    >>> signature(plot_hosts(open_results(example)))["Seed"]
    '2025'
    """
    return dict(_SIGNED.get(ax, {}))


def save(ax: Axes | Figure, path: str | Path, dpi: int = 150) -> Path:
    """Write a figure; a PNG carries program, scenario, seed, replicates and fingerprint of its results as metadata.

    >>> import tempfile, matplotlib.image
    >>> from safeconduct import open_results, plot_hosts
    >>> path = save(plot_hosts(open_results(example)), Path(tempfile.mkdtemp()) / "hosts.png")
    >>> from PIL import Image
    >>> Image.open(path).text["Scenario"]
    'dushanbe_2025'
    """
    figure = ax if isinstance(ax, Figure) else ax.figure
    said: dict[str, str] = {}
    for one in figure.axes:
        for key, value in signature(one).items():
            said[key] = value if said.get(key, value) == value else f"{said[key]}; {value}"
    path = Path(path)
    # the same numbers are to give the same bytes, so no date
    metadata = said | {"Software": "safeconduct"} if path.suffix == ".png" else {"Title": said.get("Title", "")}
    figure.savefig(path, dpi=dpi, metadata=metadata)
    return path
