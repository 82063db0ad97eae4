"""The report as text: one file that asks nobody for anything, the same bytes every time, whose figures are the file's.

How it looks and behaves in a browser: test_report_in_a_browser.py.
"""
import base64
import hashlib
import html
import io
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import safeconduct.report
from safeconduct import ResultsError, events, hosts, open_comparison, open_results, outcomes, posterior
from safeconduct.report import report


class Outline(HTMLParser):
    """Headings, ids, links and everything that could load something."""

    def __init__(self, text):
        super().__init__()
        self.headings, self.ids, self.links, self.loads, self.labelled, self.inputs = [], [], [], [], 0, 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in a:
            self.ids.append(a["id"])
        if tag == "a":
            self.links.append(a["href"])
        self.loads += [v for k, v in a.items() if k in ("src", "srcset", "action", "poster", "data") and v]
        if tag in ("link", "img", "iframe", "object", "embed", "base", "use", "image"):
            self.loads.append(tag)
        assert "style" not in a and not any(k.startswith("on") for k in a), (tag, a)  # the policy would block it


@pytest.fixture(scope="module")
def page(example):
    return report(example)


@pytest.fixture(scope="module")
def stronger(program, tmp_path_factory):
    path = tmp_path_factory.mktemp("base") / "stronger.h5"
    subprocess.run([program, "run", "dushanbe_2025", "--replicates", "500", "--set", "parameters.th_J=4", "--out",
                    str(path)],
                   check=True, capture_output=True, timeout=300)
    return path


def download(page, name):
    data = re.search(rf'download="{re.escape(name)}" href="data:[^,]*;base64,([^"]+)"', page)[1]
    return base64.b64decode(data).decode()


def test_the_same_results_make_the_same_bytes_and_not_too_many(example, page):
    assert report(example) == page
    assert len(page.encode()) < 1_000_000


def test_the_page_stands_alone(page):
    outline = Outline(page)
    assert outline.loads == []
    assert {link for link in outline.links if not link.startswith(("#", "data:"))} == set()
    assert {link[1:] for link in outline.links if link.startswith("#")} <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))
    assert "http" not in re.sub(r"http://www.w3.org/2000/svg|http-equiv|https?://creativecommons\S*", "",
                                re.sub(r"base64,[^\"]+", "", page))


def test_what_is_no_tag_does_not_look_like_one(example, stronger):
    page = re.sub(r"<(script|style).*?</\1>", "", report(stronger, example), flags=re.S)
    assert "&lt;1 %" in page and not re.findall(r"<[^a-zA-Z/!][^>]{0,20}", page)


def test_the_policy_names_the_style_and_the_script_that_are_there(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none';")
    for tag in ("style", "script"):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.S)[1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy and "http" not in policy


def test_headings_go_down_by_one(page):
    levels = Outline(page).headings
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:]))


def test_figures_are_those_of_the_file(example, page):
    ds = open_results(example)
    table = hosts(ds).set_index("host")
    out = pd.read_csv(io.StringIO(download(page, "hosts.csv"))).set_index("host")
    assert out["visited"].to_dict() == table["visited"].to_dict()
    mean = float(ds["measure_mean"].sel(measure="visits").item()) / (ds.sizes["week"] * 7 / 365.25)
    assert f"<strong>{mean:.1f}</strong>" in page
    events = pd.read_csv(io.StringIO(download(page, "calendar.csv")))
    assert events["visited"].sum() == int(ds["event_visited"].sum())
    parameters = pd.read_csv(io.StringIO(download(page, "parameters.csv")))
    kinds = parameters["kind"].value_counts()
    assert set(kinds.index) == {"assumed", "fitted", "estimated", "convention"} and len(parameters) > 80
    assert f"{kinds['assumed']} are assumed, {kinds['fitted']} fitted to the record" in page
    assert download(page, "scenario.toml").startswith("# The scenario 'dushanbe_2025' in full")


def test_the_share_that_goes_is_that_of_visits_and_lies_in_its_interval(example, page):
    said = re.findall(r'class="what">([^<]*?), [^<,]*<.*?goes ((?:&[lg]t;)?)([\d.]+) % '
                      r'<small>\(([\d.]+) to ([\d.]+)\)', page)
    table = events(open_results(example)).set_index("name")
    assert len(said) == len(table) > 20
    for name, bound, point, low, high in said:
        row = table.loc[[html.unescape(name)]]
        assert np.allclose(row["goes_share"], (row["visited"] + row["cut_short"]) / row["opportunities"])
        assert bound or float(low) <= float(point) <= float(high), name
        assert bound or np.abs(100 * row["goes_share"] - float(point)).min() <= (0.05 if "." in point else 0.5) + 1e-9


def test_a_duty_is_that_of_the_week_of_the_occasion(program, tmp_path):
    """Armenia joins the court after the first week of this case and before the summit that it is about."""
    subprocess.run([program, "run", "yerevan_2024", "--replicates", "20", "--out", tmp_path / "y.h5"], check=True,
                   capture_output=True)
    page, table = report(tmp_path / "y.h5"), events(tmp_path / "y.h5")
    said = re.findall(r'class="when">([-\d]+)</span> <span class="what">([^<]*), [^<,]* (<span class="mark")?', page)
    marked = {(date, html.unescape(name)): bool(mark) for date, name, mark in said}
    assert marked == {(f"{row.date:%Y-%m-%d}", row.name): row.duty for row in table.itertuples(index=False)}
    assert marked["2024-10-01", "Eurasian Economic Union, Yerevan"]
    calendar = pd.read_csv(io.StringIO(download(page, "calendar.csv")))
    assert dict(zip(zip(calendar["date"], calendar["name"]), calendar["duty"])) == marked


def test_an_occasion_that_never_comes_up_has_no_interval(program, tmp_path):
    subprocess.run([program, "run", "dushanbe_2025", "--set", "weeks=3", "--replicates", "20", "--out",
                    tmp_path / "s.h5"], check=True, capture_output=True)
    page = report(tmp_path / "s.h5")
    assert "never comes up" in page and not re.search(r"\bnan\b", re.sub(r"base64,[^\"]+", "", page))


def test_the_row_of_chances_has_its_errors_and_an_infinite_threshold_is_said(example, page, program, tmp_path):
    cells = re.search(r">±, simulation error</th>((?:<td[^<]*</td>)+)", page)[1]
    errors = open_results(example)["ridge_p_arrest_se"].sel(leader="putin").values
    assert re.findall(r">([\d.]+)<", cells) == [f"{1000 * 1.96 * se:.1f}" for se in errors]
    subprocess.run([program, "run", "dushanbe_2025", "--set", "parameters.kap_arrest=inf", "--replicates", "20",
                    "--out", tmp_path / "inf.h5"], check=True, capture_output=True)
    assert "P(arrest): none by assumption" in report(tmp_path / "inf.h5") and "none by assumption" not in page


def test_it_says_what_it_cannot_know_wherever_an_arrest_has_a_number(page):
    assert page.count("mostly a prior") >= 100  # beside every host with a duty, the map, the table, the answer
    assert "Read the row as a range" in page


def test_a_base_case_is_compared(example, stronger):
    page = report(stronger, example)
    assert 'id="comparison"' in page and "Both runs met the same luck" in page
    cell = re.search(r'visits to hosts with a duty to arrest a year</th><td class="num">([\d.]+)</td><td '
                     r'class="num">([\d.]+)<', page)
    assert float(cell[1]) < float(cell[2])  # stronger courts, fewer visits to members
    assert "parameters.th_J" in page.split("<caption>What this scenario sets")[1].split("</table>")[0]


def test_what_a_scenario_sets_is_told_whole(program, tmp_path):
    (tmp_path / "mine.toml").write_text("""extends = "dushanbe_2025.toml"
[leaders.putin]
corridors.ITA = ["TUR"]
[events.forum_2026]
start = 2026-06-01
host = "MNG"
""")
    (tmp_path / "sets.csv").write_text("b_0\n1.0\n1.2\n")
    subprocess.run([program, "run", "mine.toml", "--replicates", "128", "--posterior", "sets.csv", "--out", "r.h5"],
                   check=True, capture_output=True, timeout=300, cwd=tmp_path)
    page = report(tmp_path / "r.h5")
    told = page.split("<caption>What this scenario sets")[1].split("</table>")[0]
    for setting in ("leaders.putin.corridors.ITA", "events.forum_2026.start", "events.forum_2026.host"):
        assert told.count(f"<code>{setting}</code>") == 1
    assert told.count("events.") == 2  # the shipped calendar is not what this scenario sets
    assert "not those of the 2 parameter sets" in page


def test_pairs_of_histories_make_the_intervals_sharp(example, stronger, example_comparison, tmp_path):
    """With the program's comparison of the two, differences stay and their intervals are those of the pairs."""
    rows = {}
    for how, page in (("apart", report(stronger, example)),
                      ("paired", report(stronger, example, paired=example_comparison))):
        cells = re.search(r'>visits a year</th>((?:<td class="num">[^<]*</td>)+)', page.split('id="comparison"')[1])[1]
        numbers = [float(n.replace("−", "-")) for n in re.findall(r">([^<]+)</td>", cells)]
        rows[how] = dict(zip(("this", "base", "difference", "±"), numbers, strict=True))
        assert ("the intervals are of pairs of histories" in page) == (how == "paired")
    ours = outcomes(open_comparison(example_comparison), "parameters.th_J=4").set_index("outcome").loc["visits"]
    assert rows["paired"]["difference"] == pytest.approx(ours["difference"] / 2.013, abs=0.0051)  # as printed
    assert rows["paired"]["±"] == pytest.approx(1.96 * ours["se"] / 2.013, abs=0.0051)
    assert rows["paired"]["±"] < 0.5 * rows["apart"]["±"]
    with pytest.raises(ResultsError, match="compares other histories.*--replicates 500 --seed 2025"):
        report(example, stronger, paired=example_comparison)


def test_ignorance_of_parameters_is_shown_where_the_run_knows_it(program, tmp_path, page):
    (tmp_path / "sets.csv").write_text("b_V\n1.5\n2\n2.5\n3\n")
    path = tmp_path / "p.h5"
    subprocess.run([program, "run", "dushanbe_2025", "--replicates", "512", "--posterior", str(tmp_path / "sets.csv"),
                    "--out",
                    str(path)], check=True, capture_output=True)
    assert "ignorance of the parameters: 4 parameter sets" in report(path)
    assert "parameter sets" not in page


def test_ignorance_that_could_be_noise_stands_in_brackets(program, tmp_path):
    """Chances of pursuing an idea from none to all are seen in the visits; a hundredth of a logit is not."""
    words = {"visits": "visits", "withdrawn": "withdrawn by the host"}
    for values, seen in ((("-20", "20"), True), (("0.2", "0.201"), False)):
        (tmp_path / "sets.csv").write_text("al_0\n" + "\n".join(values * 8) + "\n")
        subprocess.run([program, "run", "dushanbe_2025", "--replicates", "2048", "--posterior", tmp_path / "sets.csv",
                        "--out", tmp_path / "p.h5"], check=True, capture_output=True)
        page, told = report(tmp_path / "p.h5"), posterior(tmp_path / "p.h5").sel(leader="putin")
        for measure, name in words.items():
            cells = re.findall(r">([^<]*)</td>", re.search(rf">{name}</th>(.*?)</tr>", page)[1])
            sd = float(told["measure_ignorance"].sel(measure=measure).clip(0)) ** 0.5
            clear = bool(told["measure_ignorance"].sel(measure=measure)
                         > 2 * told["measure_ignorance_se"].sel(measure=measure))
            assert cells[2] == (f"{sd:.2f}" if clear else f"({sd:.2f})")
            assert clear == seen or measure != "visits"


def test_differences_of_the_calendar_have_intervals(example, stronger):
    """As the counts of the two files give them, and never without the difference inside."""
    table = report(stronger, example).split("<caption>The calendar: share of histories")[1].split("</table>")[0]
    rows = re.findall(r'row">([^<]*)</th>' + 4 * r'<td class="num">([^<]*)</td>', table.replace("−", "-"))
    this, base = (events(path) for path in (stronger, example))
    assert len(rows) == len(this) == len(base) > 20
    for (name, *_, points, ends), (_, a), (_, b) in zip(rows, this.iterrows(), base.iterrows()):
        low, high = map(float, ends.split(" to "))
        assert html.unescape(name) == a["name"] == b["name"] and low <= float(points) <= high
        assert float(points) == pytest.approx(100 * (a["goes_share"] - b["goes_share"]), abs=0.0501)
        p, q, n, m = a["goes_share"], b["goes_share"], a["opportunities"], b["opportunities"]
        if min(p, q) > 0.2 and max(p, q) < 0.8:  # where the normal one is good enough
            half = 196 * (p * (1 - p) / n + q * (1 - q) / m) ** 0.5
            assert (high - low) / 2 == pytest.approx(half, rel=0.03)


def test_names_cannot_break_out(program, tmp_path):
    nasty = "</script><img src=x onerror=alert(1)>"
    path = tmp_path / "nasty.h5"
    subprocess.run([program, "run", "dushanbe_2025", "--replicates", "20", "--out", str(path),
                    "--set", f'hosts.TJK.name="{nasty}"', "--set", f'title="{nasty}"'], check=True, capture_output=True)
    page = report(path)
    assert "<img" not in re.sub(r"base64,[^\"]+", "", page)
    assert page.count("</script>") == 2


def test_a_full_disk_names_the_file_and_leaves_the_old_page(example, tmp_path, monkeypatch, capsys):
    path = tmp_path / "r.html"
    path.write_text("before " + safeconduct.report.MARK)

    def full(_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(safeconduct.report.os, "fsync", full)
    assert safeconduct.report.main([str(example), "--out", str(path)]) == 74
    assert f"{path}.partial: No space left on device" in capsys.readouterr().err
    assert path.read_text().startswith("before") and list(tmp_path.iterdir()) == [path]


def test_other_weeks_are_said_not_to_compare(example, program, tmp_path):
    assert "do not cover the same weeks" not in report(example, example)
    subprocess.run([program, "run", "dushanbe_2025", "--set", "weeks=20", "--replicates", "64", "--out",
                    tmp_path / "s.h5"], check=True, capture_output=True)
    page = report(tmp_path / "s.h5", example)
    assert "this case 20 weeks from 2025-01-01, the base 105 weeks from 2025-01-01" in page


def test_the_module_is_a_command(example, tmp_path):
    call = lambda *words: subprocess.run([sys.executable, "-m", "safeconduct", *words], cwd=tmp_path).returncode
    assert call() == 2
    assert call("report", str(example)) == 0 and (tmp_path / "report.html").exists()


def test_mistakes(example, tmp_path, monkeypatch, capsys):
    with pytest.raises(ResultsError, match="putin"):
        report(example, leader="nobody")
    with pytest.raises(FileNotFoundError):
        report(tmp_path / "none.h5")
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        """(exit code, standard output, standard error)."""
        try:
            code = safeconduct.report.main([str(a) for a in arguments])
        except SystemExit as left:
            code = left.code
        return code, *capsys.readouterr()

    assert call(example)[0] == 0 and (tmp_path / "report.html").exists()
    assert call(example)[0] == 0  # a report may be replaced
    assert call(example, "--out", "-") == (0, (tmp_path / "report.html").read_text(), "")
    assert not (tmp_path / "-").exists()
    (tmp_path / "endless").symlink_to("/dev/zero")  # read no further than a report says what it is
    code, _, err = call(example, "--out", "endless")
    assert code == 74 and "endless is not a report" in err and (tmp_path / "endless").is_symlink()
    (tmp_path / "mine.txt").write_text("mine")
    assert call(example, "--out", "mine.txt")[0] == 74
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert call(tmp_path / "mine.txt")[0] == 65
    assert call()[0] == 2
    assert call(example, example, example)[0] == 2
    assert call(example, "--paired", example)[0] == 2
    assert call(example, example, "--paired", example)[0] == 65
