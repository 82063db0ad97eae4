"""The model against the record: the program's ``hindcast``, as a table, and how far its chances can be relied on."""
from __future__ import annotations

import json

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from .intervals import wilson
from .program import call, options
from .style import BLUE, axes, bare, heading, sign


def hindcast_table(*scenarios: str, particles: int = 20000, seed: int | None = None) -> pd.DataFrame:
    """Predict each recorded decision from those before it: one row a decision, by date.

    ``scenarios``: files or shipped cases; each takes the decisions of its leaders inside its horizon. Columns:
    decision, leader, date, host, kind, member, ``p_went``, a ``p_`` column for each outcome, ``outcome``, ``went`` (0
    or 1), and what the baselines know. The program's scores: ``scores``. Raises ProgramError.

    >>> table = hindcast_table("bashir_2009", particles=200)
    >>> bool(((0 <= table["p_went"]) & (table["p_went"] <= 1)).all()), len(table) > 30
    (True, True)
    """
    words = ["hindcast", *scenarios, "--json", *options(particles=particles, seed=seed)]
    lines = [json.loads(line) for line in call(words).splitlines()]
    rows = [line | {f"p_{name.replace(' ', '_')}": p for name, p in line["p"].items()} for line in lines if "p" in line]
    table = pd.DataFrame(rows).drop(columns="p")
    table["went"] = table["outcome"].isin(["visited", "cut short", "arrested"]).astype(int)
    table["date"] = pd.to_datetime(table["date"])
    table.attrs["scores"] = [line for line in lines if "forecaster" in line and "value" in line]
    table.attrs["scenarios"] = ", ".join(scenarios)
    return table.sort_values("date", kind="stable").reset_index(drop=True)


def scores(table: pd.DataFrame, group: str = "all") -> pd.DataFrame:
    """How the program scores its own predictions and those of its baselines, on one group of the decisions: forecaster,
    n, and for ``log`` score, ``brier`` and ``auc`` the value with its 95 % interval (``_low``, ``_high``, bootstrap
    over events). Log and Brier scores are better when smaller, the AUC when larger.

    >>> table = scores(hindcast_table("bashir_2009", particles=200)).set_index("forecaster")
    >>> bool(table.loc["model", "brier"] < table.loc["base rate", "brier"])
    True
    """
    told = [row for row in table.attrs["scores"] if row["group"] == group]
    if not told:
        groups = dict.fromkeys(row["group"] for row in table.attrs["scores"])
        raise ValueError(f"no group {group!r}: {', '.join(groups)}")
    rows: dict[str, dict] = {}
    for row in told:
        if row["score"] in ("log", "brier", "auc"):
            of = rows.setdefault(row["forecaster"], {"forecaster": row["forecaster"], "n": row["n"]})
            of |= {row["score"]: row["value"], f"{row['score']}_low": row.get("low"),
                   f"{row['score']}_high": row.get("high")}
    return pd.DataFrame(rows.values())


def reliability(table: pd.DataFrame, bins: int = 6) -> pd.DataFrame:
    """Decisions in ``bins`` groups of about equal size by their predicted chance: mean chance, share that went with
    its 95 % interval, and n. Decisions of one chance stay together.

    >>> table = reliability(pd.DataFrame({"p_went": [0.1, 0.1, 0.9, 0.9], "went": [0, 0, 1, 1]}), bins=2)
    >>> table[["p", "share", "n"]].values.tolist()
    [[0.1, 0.0, 2.0], [0.9, 1.0, 2.0]]
    """
    group = pd.qcut(table["p_went"], bins, labels=False, duplicates="drop")
    out = table.groupby(group).agg(p=("p_went", "mean"), went=("went", "sum"),
                                   n=("went", "size")).reset_index(drop=True)
    out["share"] = out["went"] / out["n"]
    out["low"], out["high"] = wilson(out["went"], out["n"])
    return out


def plot_reliability(table: pd.DataFrame, ax: Axes | None = None, bins: int = 6) -> Axes:
    """Predicted chances against what happened: on the diagonal, of the decisions given 70 %, 70 % went. Whiskers: 95 %
    intervals of the share; marks above and below: the single decisions.

    >>> ax = plot_reliability(pd.DataFrame({"p_went": [0.1, 0.1, 0.9, 0.9], "went": [0, 0, 1, 1]}), bins=2)
    >>> ax.get_ylabel()
    'share that went'
    """
    groups = reliability(table, bins)
    ax = axes(ax, 6, 6.2)
    ax.plot([0, 1], [0, 1], color="0.5", linewidth=1, linestyle="--")
    ax.errorbar(groups["p"], groups["share"], yerr=[groups["share"] - groups["low"], groups["high"] - groups["share"]],
                fmt="o", color=BLUE, capsize=3)
    for went, at in ((1, 1.035), (0, -0.035)):
        some = table.loc[table["went"] == went, "p_went"]
        ax.plot(some, np.full(len(some), at), "|", color="0.35", markersize=7, alpha=0.6)
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(-0.07, 1.07)
    ax.set_aspect("equal")
    ax.set_xlabel("chance of going, given beforehand")
    ax.set_ylabel("share that went")
    bare(ax, "top", "right")
    ax.grid(alpha=0.25)
    brier = ((table["p_went"] - table["went"]) ** 2).mean()
    base = table["went"].mean()
    few = " to ".join(str(n) for n in sorted({groups["n"].min(), groups["n"].max()}))
    title = "Were the chances right?"
    heading(ax, title, f"{len(table)} recorded decisions, each predicted from those before it.\n"
            f"In groups of {few}, with 95 % intervals of the share.\n"
            f"Brier score {brier:.3f}; always saying {100 * base:.0f} %, the share that went: "
            f"{base * (1 - base):.3f}.\n"
            "The record holds few of the trips that were not made")
    return sign(ax, title, Scenario=str(table.attrs.get("scenarios", "")), Decisions=str(len(table)))
