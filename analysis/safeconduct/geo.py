"""The world as outlines, for maps without a download: rings of longitude and latitude, and the Equal Earth projection.

Where the outlines come from, and who is drawn with whom: data/README.md.
"""
from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files

import numpy as np

#: Degrees east: the middle of the map. Its edge at 169 degrees west runs through the Bering Strait, and cuts St
#: Lawrence Island only.
MERIDIAN = 11.0

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796


def outlines() -> dict[str, list[np.ndarray]]:
    """The outlines of the states by ISO 3166-1 alpha-3 code: rings of shape (points, 2), longitude and latitude in
    degrees.

    Rings are open, longitudes from -169 to 191. A ring inside another one of the same state is a hole (Lesotho in
    South Africa). States too small for the scale are missing: draw a dot.

    >>> rings = outlines()
    >>> len(rings), len(rings["ZAF"]), "SGP" in rings
    (168, 2, False)
    >>> rings["TJK"][0].mean(axis=0).round().tolist()
    [71.0, 39.0]
    """
    return dict(_land()["states"])


def elsewhere() -> dict[str, list[np.ndarray]]:
    """Land that belongs to no state of the model, by name, as in ``outlines``.

    >>> sorted(elsewhere())[:3]
    ['Antarctica', 'Falkland Islands', 'French Southern Territories']
    """
    return dict(_land()["elsewhere"])


def equal_earth(longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Degrees to the plane, in radii of the Earth: x from -2.71 to 2.71, y from -1.32 to 1.32; areas keep their ratios.

    Longitudes are taken from MERIDIAN on, round the Earth. Source: Savric, Patterson and Jenny 2018, Int. J. Geogr.
    Inf. Sci. 33(3).

    >>> x, y = equal_earth(np.array([11.0, 190.99]), np.array([90.0, 0.0]))
    >>> x.round(2).tolist(), y.round(2).tolist()
    ([0.0, 2.71], [1.32, 0.0])
    """
    longitude, latitude = np.asarray(longitude, float), np.asarray(latitude, float)
    east = longitude - MERIDIAN
    lam = np.radians(np.where(np.abs(east) <= 180, east, (east + 180) % 360 - 180))
    t = np.arcsin(np.sqrt(3) / 2 * np.sin(np.radians(latitude)))
    t2 = t * t
    t6 = t2**3
    x = 2 * np.sqrt(3) * lam * np.cos(t) / (3 * (9 * _A4 * t6 * t2 + 7 * _A3 * t6 + 3 * _A2 * t2 + _A1))
    return x, t * (_A4 * t6 * t2 + _A3 * t6 + _A2 * t2 + _A1)


def densified(ring: np.ndarray, step: float = 2.0) -> np.ndarray:
    """The closed ring with points on its long edges, so that straight edges bend with the projection.

    >>> len(densified(np.array([[0.0, 0.0], [8.0, 0.0], [8.0, 1.0]])))
    10
    """
    closed = np.concatenate([ring, ring[:1]])
    parts = [closed[:1]]
    for a, b in zip(closed[:-1], closed[1:]):
        pieces = max(1, int(np.ceil(np.abs(b - a).max() / step)))
        parts.append(a + (b - a) * np.arange(1, pieces + 1)[:, None] / pieces)
    return np.concatenate(parts)


def edge() -> tuple[np.ndarray, np.ndarray]:
    """The outline of the whole map, projected.

    >>> x, y = edge()
    >>> float(x.max().round(2)), float(y.max().round(2))
    (2.71, 1.32)
    """
    up = np.linspace(-90, 90, 91)
    left, right = np.full(91, MERIDIAN - 180), np.full(91, MERIDIAN + 180)
    return equal_earth(np.concatenate([left, right]), np.concatenate([up, up[::-1]]))


@lru_cache(maxsize=1)
def _land() -> dict[str, dict[str, list[np.ndarray]]]:
    text = files("safeconduct").joinpath("data", "outlines.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    return {group: {name: [np.reshape(ring, (-1, 2)) / 100 for ring in rings] for name, rings in stored[group].items()}
            for group in ("states", "elsewhere")}
