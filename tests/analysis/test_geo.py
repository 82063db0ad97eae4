import csv
import os
from pathlib import Path

import numpy as np

from safeconduct import geo

SOURCE = Path(os.environ["SAFECONDUCT_SOURCE"])


def shoelace(ring):
    return 0.5 * abs(np.dot(ring[:, 0], np.roll(ring[:, 1], -1)) - np.dot(ring[:, 1], np.roll(ring[:, 0], -1)))


def projected(ring):
    return np.column_stack(geo.equal_earth(*geo.densified(ring, 0.5).T))


def area(rings):
    """Millions of square kilometres; only for states without holes."""
    return sum(shoelace(projected(ring)) for ring in rings) * 6371.0**2 / 1e6



def test_areas_on_the_map_are_the_areas_of_the_states():
    official = {"RUS": 17.1, "BRA": 8.5, "MNG": 1.56, "TCD": 1.28, "FRA": 0.64, "NZL": 0.27}
    seen = {state: area(geo.outlines()[state]) for state in official}
    assert all(abs(seen[state] / official[state] - 1) < 0.05 for state in official), seen


def test_every_outline_is_a_state_of_the_world_and_only_small_ones_are_missing():
    with open(SOURCE / "scenarios/world/states.csv", encoding="utf-8") as f:
        states = {row[0] for row in csv.reader(line for line in f if not line.startswith("#"))} - {"state"}
    assert set(geo.outlines()) < states
    missing = states - set(geo.outlines())
    assert {"SGP", "MLT", "VAT", "BHR"} < missing and len(missing) == 29
    assert not missing & {"XKX", "PSE", "TWN", "MNE", "LUX"}


def test_no_streak_crosses_the_map():
    for rings in (*geo.outlines().values(), *geo.elsewhere().values()):
        for ring in rings:
            assert ring[:, 0].min() >= -169 and ring[:, 0].max() <= 191 and np.abs(ring[:, 1]).max() <= 90
            steps = np.abs(np.diff(projected(ring)[:, 0]))
            assert steps.max() < 0.1
    assert len([r for r in geo.outlines()["RUS"] if np.ptp(r[:, 0]) > 100]) == 1  # whole, Chukotka included


def test_crimea_and_lesotho_lie_where_the_readme_says():
    simferopol = (34.1, 45.0)
    assert any(inside(simferopol, ring) for ring in geo.outlines()["UKR"])
    assert not any(inside(simferopol, ring) for ring in geo.outlines()["RUS"])
    maseru = (28.5, -29.5)
    assert sum(inside(maseru, ring) for ring in geo.outlines()["ZAF"]) == 2  # in the outline and in its hole


def inside(point, ring):
    x, y = point
    a, b = ring, np.roll(ring, -1, axis=0)
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    at = a[crosses, 0] + (y - a[crosses, 1]) * (b[crosses, 0] - a[crosses, 0]) / (b[crosses, 1] - a[crosses, 1])
    return np.count_nonzero(at > x) % 2 == 1
