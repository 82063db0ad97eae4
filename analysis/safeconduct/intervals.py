"""Intervals for what was counted. They hold for the simulation's error alone: more replicates make them narrower, and
they say nothing about whether the parameters are right.
"""
from __future__ import annotations

import numpy as np

#: Half the width of a 95 % interval of a normal mean, in standard errors.
Z = 1.959963984540054


def wilson(count: np.ndarray, of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of a share, ``count`` of ``of``: low and high, NaN of nothing.

    Source: Wilson 1927, J. Am. Stat. Assoc. 22. Never leaves [0, 1]; 0 of n is not certainly never.

    >>> low, high = wilson(np.array([0, 50, 3]), np.array([100, 100, 0]))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.404, nan], [0.037, 0.596, nan])
    """
    count, of = np.asarray(count, float), np.asarray(of, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(of > 0, count / of, np.nan)
        middle = (share + Z**2 / (2 * of)) / (1 + Z**2 / of)
        half = Z / (1 + Z**2 / of) * np.sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    return np.clip(middle - half, 0, share), np.clip(middle + half, share, 1)  # rounding leaves the share inside
