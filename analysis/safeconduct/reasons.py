"""Why one decision fell as it did: the program's ``why``, as tables and as a waterfall."""
from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from .program import call
from .style import BLUE, DARK, ORANGE, PRIOR, axes, bare, heading, sign


def why(results: xr.Dataset | str | Path, replicate: int, decision: int | None = None) -> dict | pd.DataFrame:
    """The decisions of a history as a table, or, with ``decision`` (its row), the reasons of that one.

    The history is lived again by the program. The reasons are a dict: what was decided (``host_name``, ``occasion``,
    ``answer``, ``outcome``, ...) and ``stages``, one for each moment at which something was decided: ``who`` decided,
    the ``odds``, the ``logit`` and its ``terms``, and ``flips``, which single input would have to be what for even
    odds, and for this history to turn. Raises ProgramError.

    >>> table = why(example, 7)
    >>> row = table[table["occasion"] == "BRICS summit, Rio de Janeiro"].iloc[0]
    >>> story = why(example, 7, int(row["decision"]))
    >>> terms = story["stages"][0]["terms"]
    >>> abs(sum(term["logits"] for term in terms) - story["stages"][0]["logit"]) < 1e-4
    True
    """
    path = results.attrs["path"] if isinstance(results, xr.Dataset) else results
    words = ["why", str(path), "--replicate", str(replicate), "--json"]
    if decision is None:
        return pd.DataFrame(json.loads(call(words))["decisions"])
    return json.loads(call([*words, "--decision", str(decision)]))


def flips(story: dict, stage: int = 0) -> pd.DataFrame:
    """What alone would turn a decision: one row for each input that can, the smallest share of its range first.

    ``even_odds_at`` and ``this_history_turns_at`` are values of the input; NaN: not within its range. ``share`` is
    how far the input has to go for this history to turn, in widths of its range: the one unit in which inputs can be
    compared.

    >>> table = flips(why(example, 7, 5))
    >>> bool(table["share"].is_monotonic_increasing)
    True
    """
    table = pd.DataFrame(story["stages"][stage]["flips"],
                         columns=["input", "symbol", "unit", "now", "key", "even_odds_at", "this_history_turns_at",
                                  "range"])
    for name in ("now", "even_odds_at", "this_history_turns_at"):
        table[name] = table[name].astype(float)
    width = table["range"].map(lambda ends: ends[1] - ends[0]).astype(float)
    table["share"] = (table["this_history_turns_at"] - table["now"]).abs() / width
    can = table[["even_odds_at", "this_history_turns_at"]].notna().any(axis=1)
    return table[can].drop(columns="range").sort_values("share", kind="stable").reset_index(drop=True)


def plot_why(story: dict, stage: int = 0, ax: Axes | None = None, most: int = 4) -> Axes:
    """The terms of one decision as a waterfall in logits, from nothing to their sum, with the lines at which the odds
    are even and at which this history would have turned; below, the ``most`` smallest changes of a single input that
    would have turned it.

    >>> ax = plot_why(why(example, 7, 5))
    >>> ax.get_xlabel().startswith("logit of ")
    True
    """
    told = story["stages"][stage]
    terms = [term for term in told["terms"] if abs(term["logits"]) >= 0.005]
    ax = axes(ax, 10, 2.6 + 0.33 * len(terms))
    so_far, ends = 0.0, [0.0]
    for place, term in enumerate(terms):
        ax.barh(place, term["logits"], left=so_far, height=0.66, color=BLUE if term["logits"] > 0 else ORANGE)
        end = so_far + term["logits"]
        ax.annotate(f"{term['logits']:+.2f}", (max(so_far, end), place), (4, 0), textcoords="offset points",
                    va="center",
                    fontsize="small", color="0.2")
        if place + 1 < len(terms):
            ax.plot([end, end], [place + 0.33, place + 0.67], color="0.5", linewidth=0.7)
        so_far = end
        ends.append(end)
    ax.barh(len(terms), told["logit"] if told["logit"] is not None else 0, height=0.66, color=DARK)
    ax.annotate(f"{told['logit']:+.2f}", (max(told["logit"], 0), len(terms)), (4, 0), textcoords="offset points",
                va="center",
                fontsize="small", fontweight="bold")
    ax.set_yticks(range(len(terms) + 1), [f"{t['term']}  ({t['symbol']})" for t in terms] + ["sum"],
                  fontsize="small")
    ax.set_ylim(len(terms) + 1.4, -0.7)
    for value, words, style, below in ((told["logit_at_even_odds"], "even odds", "-", 0.75),
                                       (told["logit_at_which_this_history_turns"], "this history turns", "--", 1.15)):
        if value is not None:
            ends.append(value)
            ax.axvline(value, color="black", linewidth=0.9, linestyle=style, zorder=0)
            ax.annotate(words, (value, len(terms) + below), (3, 0), textcoords="offset points", fontsize="x-small",
                        color="0.2",
                        va="center")
    room = max(ends) - min(ends)
    ax.set_xlim(min(ends) - 0.04 * room, max(ends) + 0.16 * room)
    ax.set_xlabel(f"logit of {told['index']}" + turning(story, stage, most))
    bare(ax, "top", "right", "left")
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x", alpha=0.25)
    odds = ", ".join(f"{name.replace('_', ' ')} {100 * p:.3g} %" for name, p in told["odds"].items())
    title = f"{story['occasion']} ({story['host_name']}): {told['what_happened']}"
    below = (f"The {told['who']} decides, week of {told['date']}, history {story['replicate']:,} of {story['title']}\n"
             f"Odds: {odds}")
    heading(ax, title, below + (f"\n{PRIOR}" if told["stage"] == "arrest" else ""))
    return sign(ax, title, Scenario=story["title"], Replicate=str(story["replicate"]), Decision=str(story["decision"]))


def turning(story: dict, stage: int = 0, most: int = 4) -> str:
    """The smallest changes of one input that would have turned a decision, as lines of text.

    >>> turning(why(example, 7, 5)).split("\\n")[1]
    'Alone, with everything else as it was, this would have turned it:'
    """
    table = flips(story, stage).dropna(subset=["this_history_turns_at"]).head(most)
    if table.empty:
        return "\nNo single input could have turned it within its range."
    lines = [f"{row.input} ({row.symbol}) {row.now:.3g} → {row.this_history_turns_at:.3g}"
             for row in table.itertuples()]
    return "\nAlone, with everything else as it was, this would have turned it:\n" + "\n".join(lines)
