"""allocate: where effort repays, by the command line, its file and its tables."""
import h5py
import numpy as np
import pytest
import xarray
from program import rows, safeconduct

SHORT = ("--replicates", "3000", "--hosts", "5", "--effort", "2")


@pytest.fixture(scope="module")
def allocation(tmp_path_factory):
    path = tmp_path_factory.mktemp("allocate") / "a.h5"
    return safeconduct("allocate", *SHORT, "--out", path).stdout, path


def test_ranked_by_what_is_prevented_and_said_where_nobody_can_tell(allocation):
    text, path = allocation
    with xarray.open_dataset(path) as file:
        assert file.sizes["place"] == 5
        prevented = file.prevented.isel(leader=0).values
        assert (np.diff(prevented) <= 0).all()
        assert float(file.prevented_low.sel(place="ARM", leader="putin")) > 0
        verdicts = file.prevented_verdict.isel(leader=0)
        assert verdicts.flag_meanings == "above_0 cannot_tell below_0"
        low, high = file.prevented_low.isel(leader=0), file.prevented_high.isel(leader=0)
        assert (verdicts.values == np.where(low > 0, 0, np.where(high < 0, 2, 1))).all()
        # Simultaneous: wider than 1.96 standard errors by the factor of five hosts.
        half = float((high - low)[0] / 2 / file.prevented_se[0, 0])
        assert half == pytest.approx(2.5758, abs=2e-3)
        # What is prevented at the occasions adds up to all visits that are not made.
        assert file.prevented_at.sum("occasion").shape == (5, 1)
    assert "Armenia" in text and "cannot tell" in text and "Bonferroni" in text


def test_one_place_is_what_compare_says_of_the_same_organisation(allocation, tmp_path):
    _, path = allocation
    extra = "ngos.extra = { budget = 2, litigation_share = 0.2, winnability = 0.3, reach = { default = 0, ARM = 1 } }"
    (tmp_path / "more.toml").write_text('extends = "dushanbe_2025.toml"\n' + extra + "\n")
    safeconduct("compare", "dushanbe_2025", tmp_path / "more.toml", "--replicates", "3000", "--out", tmp_path / "c.h5")
    with xarray.open_dataset(path) as mine, xarray.open_dataset(tmp_path / "c.h5") as compared:
        here = compared.sel(leader="putin").isel(alternative=0)
        assert float(mine.prevented.sel(place="ARM", leader="putin")) == -float(here.difference.sel(outcome="member_visits"))
        assert float(mine.norm.sel(place="ARM")) == float(here.difference.sel(outcome="mean_nu"))


def test_the_same_bytes_on_one_thread_and_its_tables_as_csv(allocation, tmp_path):
    _, path = allocation
    safeconduct("allocate", *SHORT, "--threads", "1", "--out", tmp_path / "a.h5")
    assert (tmp_path / "a.h5").read_bytes() == path.read_bytes()
    with h5py.File(path) as file:
        table = rows(safeconduct("export", "allocation", path).stdout)
        assert [float(r["prevented"]) for r in table] == list(file["prevented"][:, 0])
        words = file["prevented_verdict"].attrs["flag_meanings"].split()
        assert [r["prevented_verdict"] for r in table] == [words[v] for v in file["prevented_verdict"][:, 0]]
        assert len(rows(safeconduct("export", "allocation-norm", path).stdout)) == 5
        assert len(rows(safeconduct("export", "allocation-occasions", path).stdout)) == file["prevented_at"].size


def test_announced_trips_are_those_of_the_leader_of_the_table(tmp_path):
    ran = safeconduct("allocate", "two_leaders_2025", "--replicates", 256, "--hosts", 12, "--out", tmp_path / "a.h5")
    with xarray.open_dataset(tmp_path / "a.h5") as file:
        each, names = file.announced_by_leader, list(file.place_name.values)
        assert np.allclose(each.sum("leader"), file.announced) and float(each.min()) < 0.1 * float(each.max())
        tables = ran.stdout.split("announced  prevented")[1:]
        for leader, table in enumerate(tables):
            lines = table.splitlines()[1:1 + len(names)]
            assert [line.split("  ")[1].strip() for line in lines] == names
            assert [float(line[22:32]) for line in lines] == pytest.approx(each.values[:, leader], abs=0.0051)
    assert len(tables) == 2


def test_without_a_duty_there_is_no_place_for_effort(tmp_path):
    ran = safeconduct("allocate", "no_warrant", "--replicates", "500", cwd=tmp_path)
    assert "nothing to hold on to" in ran.stdout and not list(tmp_path.iterdir())


@pytest.mark.parametrize("option", [("--effort", "0"), ("--effort", "much"), ("--litigation", "2"), ("--hosts", "0")])
def test_numbers_have_their_range(tmp_path, option):
    ran = safeconduct("allocate", *option, fails=True, cwd=tmp_path)
    assert ran.returncode == 2 and f"'{option[0]}' takes a" in ran.stderr
