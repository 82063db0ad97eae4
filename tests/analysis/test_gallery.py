"""The gallery: each picture is on the page, small, signed, and made by the script as it stands."""
import os
import re
import sys
from pathlib import Path

import pytest
from PIL import Image

import safeconduct as sc

GALLERY = Path(os.environ["SAFECONDUCT_SOURCE"]) / "analysis/gallery"
PICTURES = sorted(GALLERY.glob("*.png"))


def test_the_page_shows_every_picture_with_words_for_those_who_cannot_see_it():
    shown = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", (GALLERY / "README.md").read_text())
    assert sorted(name for _, name in shown) == [path.name for path in PICTURES] and len(PICTURES) >= 10
    assert all(len(words.split()) >= 3 for words, _ in shown)


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_is_small_and_says_where_it_is_from(path):
    assert path.stat().st_size < 200_000
    said = Image.open(path).text
    assert said["Software"] == "safeconduct" and said["Title"]
    assert any(key.startswith(("Fingerprint", "Scenario")) for key in said)


@pytest.fixture
def make():
    sys.path.insert(0, str(GALLERY))
    try:
        import make
    finally:
        sys.path.pop(0)
    return make


def test_twice_a_weight_is_twice_its_default(make, program):
    own = sc.world(sc.run("dushanbe_2025", replicates=1, quiet=True), "parameters").set_index("name").value
    assert [value / float(own[symbol]) for symbol, value in make.ALTERNATIVES] == [0, 2, 2]


def test_the_script_draws_what_is_there(make, program, tmp_path):
    make.main(tmp_path, replicates=40)
    assert sorted(path.name for path in tmp_path.glob("*.png")) == [path.name for path in PICTURES]
