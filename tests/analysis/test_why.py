"""why in Python: the program's terms as tables, and a waterfall that ends at their sum."""
import matplotlib.pyplot as plt
import pytest

from safeconduct import open_results, run
from safeconduct.program import ProgramError
from safeconduct.why import decisions, flips, plot_why, why


def test_a_waterfall_ends_at_the_sum_of_the_terms(example):
    listed = decisions(example, 7)
    visited = int(listed.index[listed["outcome"] == "visited"][0])
    table = why(example, 7, visited)
    assert list(dict.fromkeys(table["stage"])) in (["answer", "invitation", "look", "arrest"],
                                                   ["answer", "look", "arrest"])
    for stage, terms in table.groupby("stage"):
        ax = plot_why(example, 7, visited, stage)
        bars = [bar.get_width() for bar in ax.patches]
        assert bars[:-1] == pytest.approx(terms["logits"].tolist())
        assert bars[-1] == pytest.approx(terms["logits"].sum())
    assert "assumed" in ax.figure.axes[0].texts[-1].get_text() or stage != "arrest"
    plt.close("all")


def test_flips_are_the_programs(example):
    table = flips(example, 7, 0)
    assert set(table["stage"]) >= {"answer"} and table["now"].notna().all()
    assert (table["even_odds_at"].dropna() != table["now"][table["even_odds_at"].notna()]).all()


def test_mistakes(example):
    with pytest.raises(ProgramError, match="--decision"):
        why(example, 7, 9999)
    with pytest.raises(ValueError, match="answer"):
        plot_why(example, 7, 0, "nonsense")


def test_a_history_without_decisions_has_the_same_columns(example):
    none = decisions(run("dushanbe_2025", replicates=2, weeks=3, leaders__putin__opportunities=0, quiet=True))
    some = decisions(example, 7)
    assert none.empty and none.columns.equals(some.columns) and none.index.name == some.index.name
    assert none[none["duty"] & (none["outcome"] == "visited")].empty and (none.dtypes == some.dtypes).all()


def test_a_title_says_whose_doing_it_was_and_the_caveat_is_whole(example):
    listed = decisions(example, 7)
    visited = int(listed.index[(listed["outcome"] == "visited")][0])
    host = listed.loc[visited, "host_name"]
    for stage in ("answer", "look"):
        assert plot_why(open_results(example), 7, visited, stage).get_title(loc="left").startswith(
            f"Vladimir Putin, {host}: ")
    ax = plot_why(example, 7, visited, "arrest")
    assert ax.get_title(loc="left").startswith(f"{host}: ")
    ax.figure.draw_without_rendering()
    for text in ax.texts:
        box = text.get_window_extent()
        assert box.x1 <= ax.figure.bbox.x1 and box.y0 >= 0
    assert any(text.get_text().replace("\n", " ").endswith("arrested on such a trip.") for text in ax.texts)
    assert ax.bbox.width > 0.5 * ax.figure.bbox.width
    plt.close("all")
