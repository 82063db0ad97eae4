"""sensitivity: indices from a merged sweep, held to an independent computation and to functions whose indices are known."""
import hashlib

import h5py
import numpy as np
import pytest
import xarray
from program import rows, safeconduct

TEXT = h5py.string_dtype("utf-8")
BATCHES = 8


def merged(path, factors, means, design, each=512, places=None, luck="common"):
    """A merged sweep of one leader and two measures, as 'merge' lays it out: means[cell, batch] of the second measure,
    and places[cell, factor] of a design of Morris."""
    cells, batches = means.shape
    text = lambda names: np.array(names, dtype=object)
    data = {
        "leader": text(["putin"]), "leader_name": text(["Vladimir Putin"]), "measure": text(["visits", "member_visits"]),
        "measure_unit": text(["1", "1"]), "replicates": np.full(cells, each * batches, "<i8"),
        "batch_replicates": np.full((cells, batches), each, "<i8"),
        "batch_mean": np.stack([np.ones_like(means), means], axis=-1)[:, :, None, :],
        **factors, **({} if places is None else {"provenance/cell_places": places}),
    }
    lines = []
    with h5py.File(path, "w") as file:
        for name, values in sorted(data.items()):
            if values.dtype == object:
                file.create_dataset(name, data=values, dtype=TEXT)
                raw = b"".join(v.encode() + b"\0" for v in values)
            else:
                file[name], raw = values, np.ascontiguousarray(values).tobytes()
            lines.append(f"{name} {hashlib.sha256(raw).hexdigest()}\n")
        for name, value in {"filetype": "safeconduct sweep", "title": "a test", "source": "safeconduct 0.1.0",
                            "design": design, "luck": luck, "factors": " ".join(factors),
                            "digest": hashlib.sha256("".join(lines).encode()).hexdigest()}.items():
            file.attrs.create(name, value, dtype=TEXT)
        file.attrs["version"] = np.array([1, 0], "<i4")
    return path


def saltelli(pairs, k, seed):
    ab = np.random.default_rng(seed).random((pairs, 2 * k))
    points = np.repeat(ab[:, None, :k], k + 2, axis=1)
    for j in range(k):
        points[:, j + 1, j] = ab[:, k + j]
    points[:, k + 1] = ab[:, k:]
    return points.reshape(-1, k)


def ishigami(u):
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def columns(points):
    return {name: points[:, j].copy() for j, name in enumerate(["alpha", "beta", "gamma"][: points.shape[1]])}


def test_sobol_indices_of_ishigami_from_a_noisy_sweep(tmp_path):
    points = saltelli(3000, 3, 1)
    noise = np.random.default_rng(2).normal(0, 5, (len(points), BATCHES))
    path = merged(tmp_path / "m.h5", columns(points), ishigami(points)[:, None] + noise, "saltelli")
    text = safeconduct("sensitivity", path, cwd=tmp_path).stdout
    with xarray.open_dataset(tmp_path / "m.sensitivity.h5") as file:
        here = file.sel(leader="putin", measure="member_visits")
        assert here.S1.values == pytest.approx([0.3139, 0.4424, 0], abs=0.06)
        assert here.ST.values == pytest.approx([0.5576, 0.4424, 0.2437], abs=0.06)
        assert (abs(here.S1.values - [0.3139, 0.4424, 0]) < 1.5 * here.S1_conf.values).all()
        assert float(here.noise) == pytest.approx(25 / BATCHES, rel=0.15)
        assert float(here.variance) == pytest.approx(13.845, rel=0.06)
        assert np.isnan(file.S1.sel(measure="visits")).all()  # nothing varies
        assert file.attrs["method"] == "sobol" and file.attrs["noise"] == "subtracted"
    assert "cannot be told from 0" not in text
    nothing = safeconduct("sensitivity", path, "--measure", "visits", cwd=tmp_path).stdout
    assert nothing.count("cannot be told from 0. More replicates help") == 1 and "nan" not in nothing
    assert text.index("alpha") < text.index("beta") < text.index("gamma")  # by what they matter in all
    table = rows(safeconduct("export", "sensitivity", tmp_path / "m.sensitivity.h5").stdout)
    assert [r["factor"] for r in table if r["measure"] == "member_visits"] == ["alpha", "beta", "gamma"]
    assert {"S1", "S1_conf", "ST", "ST_conf"} <= set(table[0]) and "mu" not in table[0]


def test_sobol_estimates_are_those_of_the_textbook_where_there_is_no_noise(tmp_path):
    points = saltelli(200, 3, 5)
    y = ishigami(points)
    path = merged(tmp_path / "m.h5", columns(points), np.repeat(y[:, None], BATCHES, axis=1), "saltelli")
    safeconduct("sensitivity", path, cwd=tmp_path)
    y = (y - y.mean()).reshape(-1, 5)
    a, b, variance = y[:, 0], y[:, -1], np.var(np.r_[y[:, 0], y[:, -1]])
    with xarray.open_dataset(tmp_path / "m.sensitivity.h5") as file:
        here = file.sel(leader="putin", measure="member_visits")
        for j in range(3):
            assert float(here.S1[j]) == pytest.approx(np.mean(b * (y[:, j + 1] - a)) / variance)
            assert float(here.ST[j]) == pytest.approx(np.mean((a - y[:, j + 1]) ** 2) / 2 / variance)


def morris(trajectories, k, seed):
    """On four levels; the last factor is an alternative of three, the two middle levels being one."""
    luck, points = np.random.default_rng(seed), []
    for _ in range(trajectories):
        at = luck.integers(0, 4, k)
        points.append(at.copy())
        for j in luck.permutation(k):
            at[j] += 2 if at[j] < 2 else -2
            points.append(at.copy())
    return np.array(points)


def test_morris_effects_over_the_range_of_factors_in_their_own_units(tmp_path):
    levels = morris(60, 3, 3)
    names = np.array(["as it is", "more", "more", "most"], dtype=object)
    factors = {"alpha": levels[:, 0] * 10.0, "beta": np.exp(levels[:, 1]), "gamma": names[levels[:, 2]]}
    u = levels / 3
    y = 3 * u[:, 0] - 2 * u[:, 1]
    noise = np.random.default_rng(4).normal(0, 0.5, (len(y), BATCHES))
    places = np.c_[u[:, :2], np.array([0, 0.5, 0.5, 1])[levels[:, 2]]]
    path = merged(tmp_path / "m.h5", factors, y[:, None] + noise, "morris", places=places)
    safeconduct("sensitivity", path, cwd=tmp_path)
    with xarray.open_dataset(tmp_path / "m.sensitivity.h5") as file:
        here = file.sel(leader="putin", measure="member_visits")
        assert here.mu_star.values == pytest.approx([3, 2, 0], abs=0.15)
        assert here.mu.values[:2] == pytest.approx([3, -2], abs=0.15)
        assert here.sigma.values == pytest.approx([0, 0, 0], abs=0.25)
        assert "S1" not in file


def test_a_sweep_that_does_not_say_how_far_its_factors_move_has_no_effects(tmp_path):
    """Two levels drawn may be all there are, or two of twenty: as files of format 1.1 have them."""
    levels = morris(4, 2, 3)
    path = merged(tmp_path / "m.h5", columns(levels / 3), np.zeros((len(levels), BATCHES)), "morris")
    ran = safeconduct("sensitivity", path, fails=True, cwd=tmp_path)
    assert ran.returncode == 65 and "how far the factors move" in ran.stderr and "--resume" in ran.stderr
    path = merged(tmp_path / "m.h5", columns(levels / 3), np.zeros((len(levels), BATCHES)), "morris", places=levels[::-1] / 3)
    safeconduct("sensitivity", path, cwd=tmp_path)
    path = merged(tmp_path / "m.h5", columns(levels / 3), np.zeros((len(levels), BATCHES)), "morris",
                  places=np.roll(levels, 1, axis=0) / 3)
    assert "no indices can be had" in safeconduct("sensitivity", path, fails=True, cwd=tmp_path).stderr


MOVES = """
extends = "dushanbe_2025.toml"
weeks = 26
run.replicates = 1024
[sweep]
design = "morris"
samples = {samples}
levels = {levels}
[[sweep.factors]]
name = "warrant"
alternatives = [{{ name = "wanted" }}, {{ name = "free", set.leaders.putin.warrant = false }}]
[[sweep.factors]]
key = "leaders.putin.opportunities"
name = "rate"
low = 0.05
high = 0.5
[[sweep.factors]]
key = "parameters.th_J"
values = [{th_J}]
"""


@pytest.mark.parametrize("samples, levels, th_J", [(2, 20, "1, 2"), (3, 4, "1, 3, 2"), (2, 8, "5, 1, 2, 3, 4")])
def test_effects_are_over_the_range_of_a_factor_whatever_the_others_levels(tmp_path, samples, levels, th_J):
    """mu, which is no more than a mean: of listed levels by their rank in the order of the design, not of their names."""
    (tmp_path / "d.toml").write_text(MOVES.format(samples=samples, levels=levels, th_J=th_J))
    safeconduct("sweep", "d.toml", "--out", "out", cwd=tmp_path)
    safeconduct("sensitivity", "out", cwd=tmp_path)
    with xarray.open_dataset(tmp_path / "out/results.h5") as sweep:
        y = sweep["measure_mean"].sel(leader="putin", measure="visits").values
        step = levels / 2 / (levels - 1)
        order = [float(x) for x in th_J.split(",")]
        at = {"warrant": np.array([["wanted", "free"].index(x) for x in sweep["warrant"].values]),
              "rate": sweep["rate"].values,
              "th_J": np.array([order.index(x) / (len(order) - 1) for x in sweep["th_J"].values])}
    mu = {}
    for name, x in at.items():
        by = x[1:] - x[:-1]
        steps = [i for i in np.flatnonzero(by) if (i + 1) % 4]  # within a trajectory
        assert len(steps) == samples
        mu[name] = np.mean([(y[i + 1] - y[i]) / (np.sign(by[i]) * step if name == "rate" else by[i]) for i in steps])
    with xarray.open_dataset(tmp_path / "out.sensitivity.h5") as file:
        here = file.sel(leader="putin", measure="visits")
        assert here.mu.values == pytest.approx([mu[name] for name in here.factor.values], abs=1e-9)
    assert mu["warrant"] > 0  # free against wanted, though "free" comes first by name


def test_a_sweep_begun_before_its_places_were_kept_is_gone_on_with(tmp_path):
    """As version 1.1 left it: plan and merged file without them, and every cell lived."""
    (tmp_path / "d.toml").write_text(MOVES.format(samples=2, levels=4, th_J="1, 2"))
    safeconduct("sweep", "d.toml", "--out", "out", cwd=tmp_path)
    plan, results = tmp_path / "out/plan.h5", tmp_path / "out/results.h5"
    whole, cells = results.read_bytes(), {p: p.stat().st_mtime_ns for p in (tmp_path / "out/cells").iterdir()}
    length = len("\nsha256 \n") + 64
    (tmp_path / "old.h5").write_bytes(plan.read_bytes()[:-length])
    with h5py.File(tmp_path / "old.h5", "r+") as file:
        for i in range(3):
            del file[f"place_{i}"]
    old = (tmp_path / "old.h5").read_bytes()
    plan.write_bytes(old + f"\nsha256 {hashlib.sha256(old).hexdigest()}\n".encode())
    safeconduct("merge", "out", cwd=tmp_path)
    ran = safeconduct("sensitivity", "out", fails=True, cwd=tmp_path)
    assert ran.returncode == 65 and "how far the factors move" in ran.stderr
    safeconduct("sweep", "d.toml", "--out", "out", "--resume", cwd=tmp_path)
    assert results.read_bytes() == whole and {p: p.stat().st_mtime_ns for p in cells} == cells
    safeconduct("sensitivity", "out", cwd=tmp_path)


@pytest.mark.parametrize("spoil", [
    lambda p, y: (p[:-1], y[:-1], "saltelli"),
    lambda p, y: (p[::-1], y[::-1], "saltelli"),
    lambda p, y: (np.roll(p, 1, axis=0), np.roll(y, 1, axis=0), "saltelli"),
    lambda p, y: (p, y, "morris"),
    lambda p, y: (np.random.default_rng(1).random(p.shape), y, "random"),
])
def test_cells_in_another_order_are_no_design(tmp_path, spoil):
    points, y, design = spoil(saltelli(20, 3, 1), np.zeros((100, BATCHES)))
    path = merged(tmp_path / "m.h5", columns(points), np.ascontiguousarray(y), design,
                  places=points if design == "morris" else None)
    ran = safeconduct("sensitivity", path, fails=True, cwd=tmp_path)
    assert ran.returncode == 65 and "no indices can be had" in ran.stderr and not (tmp_path / "m.sensitivity.h5").exists()


def test_what_is_no_merged_sweep_is_said(tmp_path):
    (tmp_path / "text.h5").write_text("hello")
    ran = safeconduct("sensitivity", tmp_path / "text.h5", fails=True)
    assert ran.returncode == 65 and "no safeconduct sweep" in ran.stderr
    assert safeconduct("sensitivity", fails=True).returncode == 2
    path = merged(tmp_path / "m.h5", columns(saltelli(20, 3, 1)), np.zeros((100, BATCHES)), "saltelli")
    ran = safeconduct("sensitivity", path, "--measure", "vists", fails=True)
    assert ran.returncode == 2 and "did you mean 'visits'?" in ran.stderr
    broken = bytearray(path.read_bytes())
    with h5py.File(path) as file:
        broken[file["batch_mean"].id.get_offset() + 5] ^= 1
    path.write_bytes(broken)
    ran = safeconduct("sensitivity", path, fails=True)
    assert ran.returncode == 65 and "damaged" in ran.stderr
    path.write_bytes(broken[:len(broken) // 2])
    ran = safeconduct("sensitivity", path, fails=True)
    assert ran.returncode == 65 and "cut short or damaged" in ran.stderr
    assert "let 'safeconduct merge' write it again" in ran.stderr


DESIGN = """
extends = "dushanbe_2025.toml"
weeks = 52
run.replicates = 4096
[sweep]
design = "{design}"
samples = {samples}
[[sweep.factors]]
key = "parameters.th_m"
low = 0
high = 1.5
[[sweep.factors]]
key = "leaders.putin.opportunities"
low = 0.05
high = 0.5
[[sweep.factors]]
key = "parameters.w_hostility"
low = 0
high = 0.01
"""


@pytest.mark.parametrize("design, samples, matters", [("saltelli", 8, "ST"), ("morris", 6, "mu_star")])
def test_a_sampled_sweep_from_the_design_to_its_indices(tmp_path, design, samples, matters):
    """More ideas are more visits; a ten-thousandth of hostility's weight is nothing."""
    (tmp_path / "d.toml").write_text(DESIGN.format(design=design, samples=samples))
    safeconduct("sweep", "d.toml", "--out", "out", cwd=tmp_path)
    risk = safeconduct("sensitivity", "out", "--measure", "hazard", cwd=tmp_path).stdout
    assert "no sitting leader has been arrested" in risk
    with xarray.open_dataset(tmp_path / "out.sensitivity.h5") as file:
        here = file.sel(leader="putin", measure="visits")[matters]
        rate = here.sel(factor="leaders_putin_opportunities")
        assert float(rate) > 5 * abs(float(here.sel(factor="w_hostility")))
        assert float(rate) == here.max()
