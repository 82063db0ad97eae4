"""Routes in Python: the program's GeoJSON as a table, and what the map draws of it."""
import json

import matplotlib.pyplot as plt
import numpy as np
import pytest

from safeconduct import ProgramError, ResultsError, plot_routes, read_routes, routes
from safeconduct.program import call


@pytest.fixture(scope="module")
def file(program, tmp_path_factory):
    path = tmp_path_factory.mktemp("routes") / "usa.geojson"
    call(["route", "netanyahu_2024", "--to", "USA", "--avoid", "FRA,ITA,GRC", "--geojson", str(path)])
    return path


def test_the_table_is_the_programs(file):
    table, told = read_routes(file), json.loads(file.read_text())["features"]
    assert table["route"].tolist() == ["direct", "avoid"]
    assert table["hours"].tolist() == [f["properties"]["hours"] for f in told]
    assert table["detour_hours"][1] == pytest.approx(table["hours"][1] - table["hours"][0])
    assert set(table["duty"][0]) <= set(table["over"][0]) and "FRA" in table["duty"][0]
    assert np.allclose(table["lines"][0][0][-1], (-77.0, 38.9), atol=0.3)  # Washington


def test_the_map_draws_every_line_and_shades_whom_they_cross(file):
    table = read_routes(file)
    ax = plot_routes(table)
    assert len([line for line in ax.lines if len(line.get_xdata()) > 2]) == table["lines"].map(len).sum()
    assert any("longest detour" in t.get_text() for t in ax.texts)
    faces = {tuple(np.round(c, 3)) for c in ax.collections[1].get_facecolors()}
    assert len(faces) == 3  # not crossed, crossed, crossed with a duty
    plt.close("all")


def test_a_line_over_the_edge_of_the_map_makes_no_streak(program, tmp_path):
    path = tmp_path / "fji.geojson"
    call(["route", "--to", "FJI", "--set", "leaders.putin.refused_by=[]", "--geojson", str(path)])
    for line in plot_routes(read_routes(path)).lines:
        assert np.nanmax(np.abs(np.diff(line.get_xdata())), initial=0) < 0.2
    plt.close("all")


def test_a_host_behind_closed_airspace_has_no_route():
    table = routes("SRB", "BRA")
    assert set(table["host"]) == {"BRA"} and table.attrs["scenario"] == "dushanbe_2025"


def test_hosts_and_leaders_may_be_named():
    table = routes("Mongolia", scenario="two_leaders_2025", leader="Putin")
    assert table["host"].tolist()[0] == "MNG"
    assert plot_routes(table).get_title(loc="left") == "The ways of Vladimir Putin"
    plt.close("all")
    with pytest.raises(ValueError, match="no host 'Mongola' .did you mean 'Mongolia'"):
        routes("Mongola")


def test_no_route_no_map():
    for table in (routes(), routes("SRB")):
        with pytest.raises(ValueError, match="no route to draw"):
            plot_routes(table)


def test_mistakes(example, tmp_path):
    (tmp_path / "x.geojson").write_text('{"type": "FeatureCollection"}')
    for path in (example, tmp_path / "x.geojson"):
        with pytest.raises(ResultsError, match="route --to CODE --geojson FILE"):
            read_routes(path)
    with pytest.raises(FileNotFoundError):
        read_routes(tmp_path / "none.geojson")
    with pytest.raises(ValueError, match="no host 'XXX'"):
        routes("XXX")
    with pytest.raises(ProgramError):
        routes("BRA", scenario="no_such_case")
