"""Why a decision fell as it did: what the program's ``why`` tells, as tables and as a waterfall.

Terms are logits: 0 is even odds, +1 multiplies the odds by 2.7.
"""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes

from .program import call
from .results import file_of, opened
from .style import BLUE, DARK, ORANGE, axes, bare, heading, note, sign


_DECISION = ["decision", "leader", "host", "host_name", "occasion", "date", "date_out", "duty", "answer", "outcome"]


def decisions(ds: xr.Dataset | str | Path, replicate: int = 0) -> pd.DataFrame:
    """The decisions of one history, a row each; the index is the number that ``why`` asks for.

    ``ds``, here and below: opened, or their path. ``date`` and ``date_out``: the first days of the weeks of the
    answer and of the outcome.

    >>> decisions(example, 7).columns.tolist()[:4]
    ['leader', 'host', 'host_name', 'occasion']
    """
    told = _ask(ds, replicate)["decisions"]
    table = (pd.DataFrame(told) if told else pd.DataFrame(columns=_DECISION)).set_index("decision")
    table["duty"] = table["duty"].astype(bool)
    for date in ("date", "date_out"):
        table[date] = pd.to_datetime(table[date])
    return table


def why(ds: xr.Dataset | str | Path, replicate: int, decision: int) -> pd.DataFrame:
    """The terms behind a decision, the largest of each stage first: stage, who, index, term, symbol, logits.

    Stages: the leader's ``answer``, the ``invitation`` in the week in which the host withdrew it or came nearest to it,
    the ``look`` before departure, the ``arrest``. Raises ProgramError in the program's words.

    >>> table = why(example, 7, 0)
    >>> table["stage"].iloc[0], bool(table["logits"].abs().max() > 0.5)
    ('answer', True)
    """
    rows = [{"stage": s["stage"], "who": s["who"], "index": s["index"], **term}
            for s in _ask(ds, replicate, decision)["stages"] for term in s["terms"]]
    return pd.DataFrame(rows)


def flips(ds: xr.Dataset | str | Path, replicate: int, decision: int) -> pd.DataFrame:
    """The smallest change of each single input that turns the decision: now, even_odds_at, this_history_turns_at.

    All else is held, the luck included; NaN: not within the input's range. ``key`` is the input's key in a scenario,
    where it has one.

    >>> flips(example, 7, 0).columns.tolist()
    ['stage', 'input', 'symbol', 'unit', 'now', 'even_odds_at', 'this_history_turns_at', 'key']
    """
    rows = [{"stage": s["stage"], **flip} for s in _ask(ds, replicate, decision)["stages"] for flip in s["flips"]]
    columns = ["stage", "input", "symbol", "unit", "now", "even_odds_at", "this_history_turns_at", "key"]
    return pd.DataFrame(rows).reindex(columns=columns)


def plot_why(ds: xr.Dataset | str | Path, replicate: int, decision: int, stage: str = "answer",
             ax: Axes | None = None) -> Axes:
    """A waterfall of one stage: from 0 through every term to the logit, and how far that is from even odds.

    >>> ax = plot_why(example, 7, 0)
    >>> ax.get_xlabel()
    'logit of going'
    """
    ds = opened(ds)
    told = _ask(ds, replicate, decision)
    stages = {s["stage"]: s for s in told["stages"]}
    if stage not in stages:
        raise ValueError(f"this decision has no stage {stage!r}; it has {', '.join(stages)}")
    at = stages[stage]
    ax = axes(ax, 7, 1.6 + 0.27 * (len(at["terms"]) + 1))
    ax.use_sticky_edges = False  # room beside the longest bar
    reached = 0.0
    for place, term in enumerate(at["terms"]):
        ax.barh(place, term["logits"], left=reached, color=ORANGE if term["logits"] < 0 else BLUE, height=0.7)
        reached += term["logits"]
        ax.plot([reached, reached], [place - 0.35, place + 1.35], color=DARK, linewidth=0.7)
    ax.barh(len(at["terms"]), reached, color=DARK, height=0.7)
    ax.set_yticks(range(len(at["terms"]) + 1), [f"{t['term']}  {t['logits']:+.2f}" for t in at["terms"]]
                  + [f"sum  {reached:+.2f}"])
    ax.invert_yaxis()
    ax.axvline(0, color=DARK, linewidth=1)
    ax.set_xlabel(f"logit of {at['index']}")
    bare(ax, "top", "right", "left")
    who = told["host_name"] if at["who"] == "host" else \
        f"{ds['leader_name'].sel(leader=told['leader']).item()}, {told['host_name']}"
    title = f"{who}: {at['what_happened']}"
    if stage == "arrest":
        note(ax, told["caveat"], 40)
    heading(ax, title, f"{told['occasion']}, week of {at['date']}; history {replicate}, decision {decision}\n"
            "right of 0 is likelier than not")
    return sign(ax, title, ds)


def _ask(ds: xr.Dataset | str | Path, replicate: int, decision: int | None = None) -> dict[str, Any]:
    words = ["why", str(file_of(ds)), "--replicate", str(replicate), "--json"]
    return json.loads(call(words + ([] if decision is None else ["--decision", str(decision)])))
