#!/usr/bin/env python3
"""Draws the figures of this gallery again: python3 analysis/gallery/make.py [FOLDER]

They land beside this file, or in FOLDER. The page is README.md; the caption of a figure is the docstring of what draws it.
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


def main(folder: Path, replicates: int = REPLICATES) -> None:
    for name, ax in figures(replicates):
        path = sc.save(ax, folder / f"{name}.png", dpi=100)
        plt.close("all")
        print(f"{path} {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
