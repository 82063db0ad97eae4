"""The figures: the numbers that they draw, what they say of themselves, and that all of it is legible."""
import inspect
import json

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

import safeconduct
from safeconduct import compare, events, hosts, ledger, map_table, open_results, save, style, world
from safeconduct.intervals import Z, with_error
from safeconduct.plots import FATES, calendar_shares
from safeconduct.program import call


@pytest.fixture(scope="module")
def ds(example):
    return open_results(example)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


ONE_RUN = ["plot_hosts", "plot_calendar", "plot_fan", "plot_ledger", "plot_map", "plot_ridge"]


@pytest.mark.parametrize("name", ONE_RUN)
def test_a_figure_is_drawn_on_the_axes_it_is_given_and_says_how_many_histories(ds, name):
    ax = plt.subplots()[1]
    assert getattr(safeconduct, name)(ds, ax=ax) is ax
    words = " ".join(t.get_text() for t in ax.texts).replace("\n", " ")
    lived = ds.attrs["ridge_replicates"] if name == "plot_ridge" else 500
    assert f"{lived:,} simulated histories" in words
    assert style.signature(ax)["Fingerprint"] == ds.attrs["fingerprint"]


@pytest.mark.parametrize("draw", [safeconduct.plot_ridge, safeconduct.plot_ledger,
                                  lambda ds: safeconduct.plot_map(ds, "arrest")])
def test_a_chance_of_arrest_is_called_a_prior(ds, draw):
    assert any("P(arrest) is mostly a prior" in t.get_text() for t in draw(ds).texts)


@pytest.mark.parametrize("measure, said", [("hazard", True), ("member_visits", False)])
def test_so_are_arrests_in_sweeps_and_comparisons(example_sweep, example_morris, example_comparison, measure, said):
    swept, pairs = safeconduct.open_sweep(example_sweep), safeconduct.open_comparison(example_comparison)
    for ax in (safeconduct.plot_sweep(swept, measure), safeconduct.plot_tornado(swept, measure),
               safeconduct.plot_sensitivity(safeconduct.sensitivity(example_morris, measure)),
               safeconduct.plot_outcome(pairs, measure)):
        assert any("P(arrest) is mostly a prior" in t.get_text() for t in ax.texts) == said


def test_no_figure_shows_itself(ds):
    for name in safeconduct.__all__:
        assert ".show(" not in inspect.getsource(getattr(safeconduct, name))


def test_a_png_carries_where_it_is_from_and_is_the_same_twice(ds, tmp_path):
    for name in ("a", "b"):
        save(safeconduct.plot_hosts(ds), tmp_path / f"{name}.png", dpi=60)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    said = Image.open(tmp_path / "a.png").text
    assert said["Seed"] == "2025" and said["Replicates"] == "500" and said["Digest"] == ds.attrs["digest"]


def test_calendar_draws_the_counts_of_the_file(ds):
    table = calendar_shares(ds).set_index("name")
    counts = events(ds).set_index("name")
    for event in ("BRICS summit, Rio de Janeiro", "State visit, Dushanbe"):
        n = counts.loc[event, "opportunities"]  # all histories but those of an earlier arrest
        reached = counts.loc[event, ["visited", "cut_short"]].sum()
        assert table.loc[event, "goes"] == reached / n == counts.loc[event, "goes_share"]
        assert table.loc[event, "arrested"] == counts.loc[event, "arrested"] / n
        assert table.loc[event, "low"] <= reached / n <= table.loc[event, "high"]
        assert table.loc[event, "delegate"] == counts.loc[event, "delegate"] / n
    ax = safeconduct.plot_calendar(ds)
    widths = np.array([bar.get_width() for bar in ax.patches]).reshape(len(FATES), -1)
    assert np.allclose(widths.sum(axis=0), 1)
    assert np.allclose(widths[0], table["goes"])


def test_calendar_knows_the_duty_in_the_week_of_the_event(ds):
    duty = events(ds).set_index("name")["duty"]
    assert duty["Talks with President Trump, Budapest"]  # a member until June 2026
    assert duty["State visit, Dushanbe"] and not duty["SCO summit, Bishkek"]


def test_map_draws_the_table_of_hosts(ds):
    of_hosts = hosts(ds).set_index("host")
    visits = map_table(ds, "visits").set_index("host")
    assert np.allclose(visits["value"], of_hosts["visits_a_year"])
    refusal = map_table(ds, "refusal").set_index("host").loc["USA"]
    row = of_hosts.loc["USA"]
    assert refusal["value"] == row["withdrawn"] / (row["go"] - row["void"] - row["pending"]) > 0
    arrest = map_table(ds, "arrest").set_index("host")
    assert arrest.loc["TJK", "value"] == 1000 * of_hosts.loc["TJK", "p_arrest"]
    assert np.isnan(arrest.loc["CHN", "value"])
    with pytest.raises(ValueError, match="visits, refusal, arrest"):
        map_table(ds, "odds")


def test_map_leaves_states_with_few_cases_grey(ds):
    from safeconduct.maps import _NO_VALUE, land

    table = map_table(ds, "refusal").set_index("host")
    few, many = (next(h for h, row in table.iterrows() if h in land()["states"] and test(row["cases"]))
                 for test in (lambda n: n < 20, lambda n: n > 20))
    faces = safeconduct.plot_map(ds, "refusal").collections[1].get_facecolors()
    place = list(land()["states"]).index
    assert np.allclose(faces[place(few)][:3], to_rgb(_NO_VALUE))
    assert not np.allclose(faces[place(many)][:3], to_rgb(_NO_VALUE))


def test_small_states_are_dots(ds):
    dots = safeconduct.plot_map(ds, "visits").collections[-1]
    names = set(map_table(ds).host)
    assert {"SGP", "VAT"} < names and 29 <= len(dots.get_offsets()) <= 80


def test_ledger_is_the_equation_of_the_model(ds):
    """Tajikistan's index, term by term, from the tables that the file keeps."""
    row = ledger(ds).set_index("host").loc["TJK"]
    p = world(ds, "parameters").set_index("name")["value"]
    host = world(ds, "hosts").drop_duplicates("host").set_index("host").loc["TJK"]
    leader = world(ds, "leaders").iloc[0]
    tie = world(ds, "dyads").set_index("host").loc["TJK"]
    said = world(ds, "stances")
    said = said[(said["host"] == "TJK") & ~(said["from"] > 0)]["value"]
    a = sum(p[f"w_{f}"] * tie[f] for f in tie.index if f != "leader") * (1 + p["iota"] * leader["S"] * (1 - host["W"]))
    duty = (p["th_m"] + p["th_nu"] * p["nu0"] + p["th_J"] * host["J"] + p["th_Q"] * host["Q"]
            + p["th_B"] * (said.mean() if len(said) else 0))
    c = duty + p["th_W"] * host["W"] * leader["Pi"] - p["th_R"] * leader["R"] - p["th_a"] * a
    assert row["duty"] == 1 and row["alliance"] == pytest.approx(p["th_a"] * a) and row["c"] == pytest.approx(c)
    assert row["p_arrest"] == pytest.approx(1 / (1 + np.exp(p["kap_arrest"] - c)))


def test_the_ledger_in_python_is_the_programs(ds, example):
    """Two implementations of the compliance index before anything has happened."""
    theirs = {row["host"]: row for row in json.loads(call(["why", str(example), "--hosts", "--json"]))["hosts"]}
    ours = ledger(ds).set_index("host")
    assert set(theirs) == set(ours.index)
    for host, row in theirs.items():
        assert row["alliance"] == pytest.approx(ours.loc[host, "alliance"], abs=1e-3), host
        # the norm is a week older there
        assert row["compliance_index"] == pytest.approx(ours.loc[host, "c"], abs=0.011), host
        assert bool(row["duty"]) == bool(ours.loc[host, "duty"]), host


def test_ledger_has_no_duty_without_a_warrant_and_none_for_the_home_state(ds, program):
    bare = safeconduct.run("no_warrant", replicates=10, quiet=True)
    assert (ledger(bare)["duty"] == 0).all() and (ledger(bare)["p_arrest"] == 0).all()
    assert "RUS" not in set(ledger(ds)["host"])


def test_ridge_draws_what_the_file_says(ds):
    ax = safeconduct.plot_ridge(ds)
    drawn = ax.lines[0].get_xydata()
    assert np.allclose(drawn[:, 0], ds["kap_arrest"]) and np.allclose(drawn[:, 1], 1000 * ds["ridge_p_arrest"][0])


def test_fans_hold_the_quantiles(ds):
    ax = safeconduct.plot_fan(ds, "nu")
    wide = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert wide.min() == pytest.approx(float(ds["nu_quantile"].sel(quantile=0.05).min()))
    for what in ("pressure", "isolation", "budget", "visits"):
        safeconduct.plot_fan(ds, what)
    with pytest.raises(ValueError, match="a fan can show nu"):
        safeconduct.plot_fan(ds, "mood")


def test_colours_differ_in_grey_too():
    """Neighbours in the calendar's bars differ in lightness, so a photocopy can be read."""
    light = [np.dot(to_rgb(colour), (0.299, 0.587, 0.114)) for _, _, colour in FATES]
    assert (np.abs(np.diff(light)) > 0.05).all()


def test_compare_pairs_history_with_history(folder):
    """With all decisions kept the difference is the mean of paired differences, and its error smaller than the
    unpaired one."""
    ways = {}
    for name, trips in (("kept", "all"), ("counted", "none")):
        runs = [safeconduct.run("dushanbe_2025", replicates=400, trips=trips, quiet=True,
                                out=folder / f"{name}_{th_J}.h5", **{"parameters.th_J": th_J}) for th_J in (1.5, 3.0)]
        ways[name] = compare(*runs)
    paired, counted = ways["kept"], ways["counted"]
    assert paired.attrs["paired"] and not counted.attrs["paired"]
    assert paired.attrs["pairs"] == 400
    assert np.allclose(paired["difference"], counted["difference"])
    assert paired.attrs["total"]["difference"] == pytest.approx(counted.attrs["total"]["difference"])
    assert paired.attrs["total"]["difference"] < 0  # stronger courts, fewer visits
    assert paired.attrs["total"]["se"] < 0.7 * counted.attrs["total"]["se"]
    ax = safeconduct.plot_difference(*(open_results(folder / f"kept_{th_J}.h5") for th_J in (1.5, 3.0)))
    assert any("history by history" in t.get_text() for t in ax.texts)


def test_runs_that_cannot_be_compared_say_why(ds, folder):
    other = safeconduct.run("dushanbe_2025", replicates=10, seed=7, quiet=True)
    with pytest.raises(safeconduct.ResultsError, match="run one of them again with the other's seed"):
        compare(ds, other)
    with pytest.raises(safeconduct.ResultsError, match="runs of the same weeks"):
        compare(ds, safeconduct.run("putin_2023", replicates=10, seed=2025, quiet=True))


def assert_nothing_is_cut(ax):
    """Headings, labels, legend and notes lie on the figure, and the heading above the axes and all that is in them."""
    figure = ax.figure
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    labels = [tick.label1 for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_major_ticks()
              if min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval()) and ax.axison]
    words = [t for t in (ax._left_title, ax.xaxis.label, ax.yaxis.label, *ax.texts, *labels) if t.get_text()]
    legend = [ax.get_legend()] if ax.get_legend() else []
    for artist in words + legend:
        box = artist.get_window_extent(renderer)
        assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= figure.bbox.x1 + 1 and box.y1 <= figure.bbox.y1 + 1, artist
    for one in legend:
        inside = one.get_window_extent(renderer)
        assert not any(inside.overlaps(t.get_window_extent(renderer)) for t in words)
    assert ax.bbox.height > 40 and ax.bbox.width > 0.3 * figure.bbox.width


@pytest.fixture(scope="module", params=["netanyahu_2024", "bashir_2009", "an_arrest"])
def case(request, program):
    return safeconduct.run(request.param, replicates=60, quiet=True)


@pytest.mark.parametrize("draw", ["plot_calendar", "plot_ledger", "plot_ridge", "plot_hosts", "plot_map"])
def test_nothing_is_cut_with_few_events_or_many_or_many_arrests(case, draw):
    ax = getattr(safeconduct, draw)(case, leader=-1)
    assert_nothing_is_cut(ax)
    assert not any("e+" in t.get_text() for t in ax.texts)


def test_long_names_are_wrapped_and_the_caveat_stays_readable(program):
    long = {"hosts.MNG.judicial_independence": 0.95, "parameters.th_J": 3, "hosts.MNG.civil_society": 0.9}
    pairs = safeconduct.counterfactual("dushanbe_2025", long, replicates=60, quiet=True)
    for ax in (safeconduct.plot_outcome(pairs, "hazard"), safeconduct.plot_difference(pairs)):
        assert_nothing_is_cut(ax)
    ax = safeconduct.plot_outcome(pairs, "hazard")
    words = " ".join(t.get_text().replace("\n", " ") for t in ax.texts)
    assert "P(arrest) is mostly a prior: no sitting leader has been arrested on such a trip" in words


def test_a_heading_does_not_run_into_the_next_figure(ds):
    left, right = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")[1]
    safeconduct.plot_hosts(ds, ax=right)
    safeconduct.plot_ridge(ds, ax=left)
    left.figure.draw_without_rendering()
    renderer = left.figure.canvas.get_renderer()
    edge = right.get_tightbbox(renderer).x0
    assert all(t.get_window_extent(renderer).x1 <= edge + 1 for t in left.texts)


def test_figures_may_have_parts_and_any_backend(ds, tmp_path):
    left, right = plt.figure(figsize=(12, 5), layout="constrained").subfigures(1, 2)
    safeconduct.plot_ledger(ds, ax=left.subplots())
    safeconduct.plot_hosts(ds, ax=right.subplots())
    plt.switch_backend("pdf")
    try:
        save(safeconduct.plot_ledger(ds), tmp_path / "ledger.pdf")
    finally:
        plt.switch_backend("Agg")


def test_names_in_the_ledger_do_not_overlap(ds):
    ax = safeconduct.plot_ledger(ds)
    ax.figure.draw_without_rendering()
    renderer, frame = ax.figure.canvas.get_renderer(), ax.get_window_extent()
    boxes = [t.get_window_extent(renderer) for t in ax.texts[1:]]
    assert len(boxes) > 15
    assert not any(a.overlaps(b) for place, a in enumerate(boxes) for b in boxes[:place])
    assert all(frame.x0 <= box.x0 and box.x1 <= frame.x1 for box in boxes)


def test_the_legend_of_a_fan_keeps_off_the_bands(ds):
    ax = safeconduct.plot_fan(ds, "visits")
    ax.figure.draw_without_rendering()
    box = ax.get_legend().get_window_extent()
    assert box.x1 < ax.bbox.x0 + 0.65 * ax.bbox.width and box.y0 > ax.bbox.y0 + 0.6 * ax.bbox.height


def test_an_estimate_has_the_decimals_of_its_error(ds, folder):
    other = safeconduct.run("no_warrant", replicates=500, trips="all", quiet=True)
    base = open_results(folder / "all.h5")
    total = compare(base, other).attrs["total"]
    said = with_error(total["difference"], Z * total["se"], "+")
    assert any(f"All hosts together {said} visits a year" in t.get_text()
               for t in safeconduct.plot_difference(base, other).texts)


def test_no_difference_is_said(folder):
    ax = safeconduct.plot_difference(folder / "all.h5", folder / "all.h5")
    assert "no difference at any host" in " ".join(t.get_text() for t in ax.texts)


def test_no_arrests_no_logarithms(program):
    ax = safeconduct.plot_ridge(safeconduct.run("no_warrant", replicates=20, quiet=True))
    assert ax.get_yscale() == "linear" and ax.get_ylim()[0] == 0


def test_a_calendar_with_arrests_says_that_they_are_a_prior(ds):
    prior = lambda one: any("P(arrest) is mostly a prior" in t.get_text() for t in safeconduct.plot_calendar(one).texts)
    risky = safeconduct.run("dushanbe_2025", replicates=60, quiet=True, parameters__kap_arrest=-10,
                            parameters__Lambda=0)
    shown = [calendar_shares(one)["arrested"].max() > 0.001 for one in (ds, risky)]
    assert shown[1] and [prior(ds), prior(risky)] == shown


def test_what_is_empty_says_so(program):
    still = safeconduct.run("dushanbe_2025", replicates=20, weeks=3, leaders__putin__opportunities=0, quiet=True)
    for draw, said in ((safeconduct.plot_hosts, "no visit in any history"),
                       (safeconduct.plot_calendar, "nothing on the calendar comes up")):
        ax = draw(still)
        assert any(said in t.get_text() for t in ax.texts)
        assert_nothing_is_cut(ax)
    with pytest.raises(ValueError, match="infinite"):
        safeconduct.plot_ridge(safeconduct.run("dushanbe_2025", replicates=20, parameters__kap_arrest=float("inf"),
                                               quiet=True))
    with pytest.raises(ValueError, match="no NGO"):
        safeconduct.plot_fan(safeconduct.run("no_campaign", replicates=20, quiet=True), "budget")


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_figures_of_one_history_have_no_whiskers(program):
    one = safeconduct.run("dushanbe_2025", replicates=1, quiet=True)
    assert np.isnan(safeconduct.hosts(one)["visits_a_year_se"]).all()
    for plot in (safeconduct.plot_hosts, safeconduct.plot_ridge):
        plot(one).figure.canvas.draw()


def test_a_fan_marks_the_events_of_its_weeks_alone(program):
    short = safeconduct.run("dushanbe_2025", replicates=20, weeks=30, quiet=True)
    ax = safeconduct.plot_fan(short)
    marks = next(line for line in ax.lines if line.get_marker() == "|").get_xdata()
    assert 0 < len(marks) == (short["event_week"] < 30).sum() < short.sizes["event"]
    assert max(marks) <= short["week"].values[-1]
    with pytest.raises(ValueError, match="single week"):
        safeconduct.plot_fan(safeconduct.run("dushanbe_2025", replicates=20, weeks=1, quiet=True))


def test_every_format_can_be_saved(ds, tmp_path):
    ax = safeconduct.plot_hosts(ds, most=3)
    for name in ("x.jpg", "x.webp", "x.tif", "x.pdf", "x.svg", "x.eps", "x.PNG", "xx"):
        path = save(ax, tmp_path / name, dpi=40)
        assert path.exists() and path.parent == tmp_path, name
        if path.suffix.lower() == ".png":
            assert Image.open(path).text["Fingerprint"] == ds.attrs["fingerprint"]
    assert b"CreationDate" not in (tmp_path / "x.pdf").read_bytes()
