"""Intervals for what was counted. They hold for the simulation's error alone: more replicates make them narrower, and
they say nothing about whether the parameters are right.
"""
from __future__ import annotations

import numpy as np

#: Half the width of a 95 % interval of a normal mean, in standard errors.
Z = 1.959963984540054


def student(freedom: np.ndarray) -> np.ndarray:
    """The same as ``Z`` where the standard error itself is from the spread of few: of Student's t with so many degrees
    of freedom, at least 5 (0.003 too small there). ``np.inf`` gives ``Z``.

    Source: Abramowitz and Stegun 1964, 26.7.5, four terms.

    >>> student(np.array([7, 31, np.inf])).round(3).tolist()
    [2.364, 2.04, 1.96]
    """
    f = np.asarray(freedom, float)
    return (Z + (Z**3 + Z) / (4 * f) + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * f**2)
            + (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / (384 * f**3))


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


def difference_of_shares(p: np.ndarray, of_p: np.ndarray, q: np.ndarray, of_q: np.ndarray) \
        -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of the difference of two independent shares, ``p`` of ``of_p`` less ``q`` of ``of_q`` (counts):
    low and high, NaN where one is of nothing.

    Source: Newcombe 1998, Stat. Med. 17, method 10, from the intervals of ``wilson``.

    >>> low, high = difference_of_shares(56, 70, 48, 80)  # his table II, case (a)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0524, 0.3339)
    """
    (low_p, high_p), (low_q, high_q) = wilson(p, of_p), wilson(q, of_q)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, q = np.divide(p, of_p, dtype=float), np.divide(q, of_q, dtype=float)
    return p - q - np.hypot(p - low_p, high_q - q), p - q + np.hypot(high_p - p, q - low_q)


def with_error(estimate: float, error: float, sign: str = "-") -> str:
    """An estimate and its error as a reader wants them: the error to two significant digits, the estimate to the same
    decimals. ``error``: half an interval, or a standard error. ``sign``: ``"+"`` also marks what is above 0.

    Without an error (a single history, exactly 0) the estimate has three significant digits.

    >>> with_error(-2.0876, 0.01412), with_error(1.0312, 0.0996), with_error(12345.6, 128.0)
    ('-2.088 ± 0.014', '1.03 ± 0.10', '12,350 ± 130')
    >>> with_error(0.433, 0.02, sign="+"), with_error(-0.0001, 0.02), with_error(1.0312, 0), with_error(2, np.nan)
    ('+0.433 ± 0.020', '0.000 ± 0.020', '1.03 ± 0', '2')
    """
    if not np.isfinite(error):
        return f"{estimate:{sign}.3g}"
    if error == 0:
        return f"{estimate:{sign}.3g} ± 0"
    error = float(f"{error:.1e}")  # 0.0996 is 0.10, which has one decimal less
    places = 1 - int(np.floor(np.log10(error)))
    return " ± ".join(f"{round(value, places) + 0.0:{how},.{max(places, 0)}f}"  # + 0.0: no -0.000
                      for value, how in ((float(estimate), sign), (error, "-")))
