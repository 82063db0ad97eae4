"""What the figures share: colours that everyone can tell apart, headings, notes, and where the numbers are from.

Colours: Okabe and Ito 2008, and viridis's family; no difference is told by colour alone.
"""
from __future__ import annotations

import textwrap
from pathlib import Path
from weakref import WeakKeyDictionary, WeakSet

import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation

BLUE, SKY, GREEN, ORANGE, RED, PURPLE, GREY, DARK = (
    "#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#7F7F7F", "#4D4D4D")
MEMBER, OTHER = "#d1495b", "#5c7c99"  # bound by the Rome Statute, not bound; told apart by the marker as well
MEMBER_MARK, OTHER_MARK = "D", "o"

#: What must be said wherever a chance of arrest is shown.
PRIOR = ("P(arrest) is mostly a prior: no sitting leader has been arrested on such a trip, and the record cannot tell\n"
         "a host that would never arrest from a leader who knows where not to go.")

_SIGNED: WeakKeyDictionary[Axes, dict[str, str]] = WeakKeyDictionary()
_OURS: WeakSet[Figure] = WeakSet()  # figures made here: these may grow


def axes(ax: Axes | None, width: float, height: float) -> Axes:
    """The given Axes, or new ones of this size in inches."""
    if ax is None:
        ax = plt.subplots(figsize=(width, height), layout="constrained")[1]
        _OURS.add(ax.figure)
    return ax


def heading(ax: Axes, title: str, below: str) -> None:
    """A title, and under it what is shown, of how many histories, and what the intervals are. Call it when all else is
    drawn: what is too long for the figure as it stands is wrapped, the label of the x axis as well.
    """
    above = ax.set_title(title, loc="left", fontweight="bold")
    small = ax.annotate(below, (0, 1), (0, 6), xycoords="axes fraction", textcoords="offset points", fontsize="small",
                        color="0.35", va="bottom")
    label = ax.xaxis.label
    for text in (above, small):
        text.set_in_layout(False)  # not to be measured against the room that they themselves take
    left, right = _room(ax)
    for text in (above, small):
        _wrap(text, right - left)
        text.set_in_layout(True)
    middle = (ax.bbox.x0 + ax.bbox.x1) / 2
    _wrap(label, 2 * min(middle, right - middle))
    lines = small.get_text().count("\n") + 1
    ax.set_title(above.get_text(), loc="left", fontweight="bold", pad=8 + 12 * lines)
    _grow(ax, 12 * (lines - below.count("\n") - 1) + 14 * above.get_text().count("\n")
          + 12 * label.get_text().count("\n"))
    if ax.get_aspect() != "auto":  # such a layout is found step by step; drawing takes the last
        settle(ax)


def note(ax: Axes, text: str, points: float = 34) -> None:
    """A small text below the axis, wrapped; the layout makes room for it."""
    small = ax.annotate(text, (0, 0), (0, -points), xycoords="axes fraction", textcoords="offset points",
                        fontsize="x-small", color="0.35", va="top")
    small.set_in_layout(False)
    left, right = _room(ax)
    _wrap(small, right - left)
    small.set_in_layout(True)
    _grow(ax, 10 * (small.get_text().count("\n") + 1))


def legend_below(ax: Axes, handles: list, words: list[str], columns: int, points: float = 20) -> None:
    """A legend under the axis, by points and not by the height of the axes; the layout makes room for it."""
    under = ax.transAxes + ScaledTranslation(0, -points / 72, ax.figure.dpi_scale_trans)
    left, right = _room(ax)
    while True:
        legend = ax.legend(handles, words, loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=under, ncols=columns,
                           frameon=False, fontsize="small", handlelength=1.4, borderaxespad=0)
        if columns == 1 or legend.get_window_extent().width <= right - left:
            break
        columns -= 1
    _grow(ax, 14 * -(-len(words) // columns))


def settle(ax: Axes) -> None:
    """Lay the figure out, so that what is on it can be measured."""
    ax.figure.figure.draw_without_rendering()  # of a part of a figure, the whole


def _room(ax: Axes) -> tuple[float, float]:
    """From where to where, in pixels, a text at the left of these Axes may go: to the edge of the figure, or to the
    next Axes."""
    settle(ax)
    figure = ax.figure
    others = [other.get_tightbbox() for other in figure.axes
              if other is not ax and not hasattr(other, "_colorbar") and other.bbox.x0 >= ax.bbox.x1]
    return ax.bbox.x0, min([figure.bbox.x1, *(box.x0 for box in others if box is not None)]) - figure.dpi / 12


def _wrap(text: Text, room: float) -> None:
    """Break the lines of a text that are wider than this many pixels, a name without blanks as well."""
    whole = text.get_text()

    def width(words: str) -> float:
        text.set_text(words)
        return text.get_window_extent().width

    lines: list[str] = []
    for line in whole.split("\n"):
        pieces, length = [line], len(line)
        while length > 12 and max(width(piece) for piece in pieces) > room:
            length = min(length - 1, int(length * 0.98))
            pieces = textwrap.wrap(line, length)
        lines += pieces
    text.set_text("\n".join(lines))


def _grow(ax: Axes, points: float) -> None:
    """Make a figure of our own so much higher, so that what is around the Axes does not take from them."""
    if points > 0 and ax.figure in _OURS:
        ax.figure.set_figheight(ax.figure.get_figheight() + points / 72)


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
    """How many replicates were lived, and under how many parameter sets if they vary, in words.

    >>> from safeconduct import open_results
    >>> histories(open_results(example))
    '500 simulated histories'
    """
    sets = f" under {ds.attrs['parameter_sets']:,} parameter sets" if "parameter_sets" in ds.attrs else ""
    return f"{int(ds.attrs['replicates']):,} simulated histories{sets}"


def own_parameters(ds: xr.Dataset) -> str:
    """What a heading must say besides, if parameter sets vary in the run but not in what is shown."""
    return "\nParameters: the scenario's own, not those of any set" if "parameter_sets" in ds.attrs else ""


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
    """Write a figure and return its path, with .png if it names no format. A PNG carries program, scenario, seed,
    replicates and fingerprint of its results as metadata; PDF and SVG their title.

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
    path = path if path.suffix else path.with_suffix(".png")
    title = {"Title": said.get("Title", "")}
    # the same numbers are to give the same bytes, so no date
    known = {"png": said | {"Software": "safeconduct"}, "pdf": title | {"CreationDate": None},
             "svg": title | {"Date": None}, "ps": title, "eps": title}
    kind = path.suffix[1:].lower()
    figure.savefig(path, dpi=dpi, **({"metadata": known[kind]} if kind in known else {}))
    return path
