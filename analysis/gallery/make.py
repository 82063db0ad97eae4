#!/usr/bin/env python3
"""Draws the figures of this gallery again: python3 analysis/gallery/make.py [FOLDER]

They land beside this file, or in FOLDER. The page is README.md; the caption of a figure is the docstring of what draws
it.
"""
from __future__ import annotations

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import matplotlib.pyplot as plt  # noqa: E402

import safeconduct as sc  # noqa: E402

REPLICATES = 20_000


def figures(replicates: int = REPLICATES):
    """The names of the figures and their Axes, one after the other; each may be closed before the next is made."""
    base = sc.run("dushanbe_2025", replicates=replicates)
    yield "hosts", sc.plot_hosts(base)
    for what in ("visits", "refusal", "arrest"):
        yield f"map_{what}", sc.plot_map(base, what)
    yield "calendar", sc.plot_calendar(base)
    yield "ledger", sc.plot_ledger(base)
    for what in ("nu", "pressure"):
        yield f"fan_{what}", sc.plot_fan(base, what)
    yield "ridge", sc.plot_ridge(base)
    kept = {name: sc.run(name, replicates=replicates // 5, trips="all") for name in ("no_warrant", "dushanbe_2025")}
    yield "difference", sc.plot_difference(*kept.values(), names=("without a warrant", "with it"))
    pairs = sc.counterfactual("dushanbe_2025", "no_campaign", *({f"parameters.{s}": v} for s, v in ALTERNATIVES),
                              replicates=replicates)
    yield "outcome", sc.plot_outcome(pairs, "member_visits")
    yield "why", sc.plot_why(base.attrs["path"], *_to_a_member(base.attrs["path"]))
    yield "sweep", sc.plot_sweep(sc.sweep("budget_by_independence", replicates=replicates // 4), "member_visits")
    yield "tornado", sc.plot_tornado(_swept("grid", 2, replicates // 4), "member_visits")
    points = 64 if replicates >= 1000 else 4
    yield "sobol", sc.plot_sensitivity(sc.sensitivity(_swept("saltelli", points, replicates // 18), "member_visits"))
    yield "routes", sc.plot_routes(sc.routes("BRA", "ZAF", "MNG", "IND", "HUN"))
    yield "reliability", sc.plot_reliability(sc.hindcast_table("bashir_2009", "putin_2023", particles=replicates // 4))


#: What the counterfactuals change: hosts that do not care for the norm, twice the weight of judges, of ties.
ALTERNATIVES = (("th_nu", 0), ("th_J", 3), ("th_a", 9))


def _swept(design: str, points: int, replicates: int):
    """Three weights of the hosts over the middle of their priors, in a design that lies in a temporary file."""
    path = sc.program.scratch(f"{design}.toml")
    count = "samples" if design != "grid" else None
    factors = "".join(f'[[sweep.factors]]\nkey = "parameters.{s}"\n' + ("" if count else f"steps = {points}\n")
                      for s in ("th_nu", "th_J", "th_p"))
    path.write_text(f'title = "Weights of the hosts, {design}"\nextends = "dushanbe_2025.toml"\n[sweep]\ndesign = '
                    f'"{design}"\n'
                    + (f"{count} = {points}\n" if count else "") + factors)
    return sc.sweep(path, replicates=replicates)


def _to_a_member(path: str) -> tuple[int, int]:
    """The first history with a decision to go to a member, and which one it is."""
    for replicate in range(1000):
        told = sc.decisions(path, replicate)
        some = told[told["duty"] & (told["outcome"] == "visited")]
        if len(some):
            return replicate, int(some.index[0])
    raise LookupError("no visit to a member in a thousand histories")


def main(folder: Path, replicates: int = REPLICATES) -> None:
    for name, ax in figures(replicates):
        path = sc.save(ax, folder / f"{name}.png", dpi=100)
        plt.close("all")
        print(f"{path} {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
