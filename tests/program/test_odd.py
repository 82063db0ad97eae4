"""agents/ODD.md keeps up with the program: its parameter table, its symbols, its sections, the tables it describes."""
import os
import re
import subprocess
from pathlib import Path

import pytest

source = Path(os.environ.get("SAFECONDUCT_SOURCE", Path(__file__).resolve().parents[2]))
page = (source / "agents/ODD.md").read_text(encoding="utf-8")
begins, ends = "<!-- parameters: printed by 'safeconduct page parameters' -->\n", "<!-- end -->"
before, table, after = re.fullmatch(f"(.*){re.escape(begins)}(.*){re.escape(ends)}(.*)", page, re.DOTALL).groups()


def program(*arguments):
    if "SAFECONDUCT" not in os.environ:
        pytest.skip("SAFECONDUCT, the path of the program, is not set")
    done = subprocess.run([os.environ["SAFECONDUCT"], *arguments], capture_output=True, text=True, check=True)
    return done.stdout


def sections(markdown):
    outside_code = re.sub(r"^ *```.*?^ *```", "", markdown, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"^#+ (.+)$", outside_code, flags=re.MULTILINE)


def anchor(title):
    """How GitHub names the place of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def sections_asked_for(text):
    """The titles in: ODD.md, "One"; ODD.md, "One" and "Another"; ODD.md, "One", "Another". Comments may break lines."""
    one_line = " ".join(re.sub(r"^\s*(///?<?|#|\*)\s?", "", line) for line in text.splitlines())
    title = r'\\?"[^"\\]+\\?"'
    found = re.findall(rf"ODD\.md`?, ({title}(?:(?:,| and) {title})*)", one_line)
    return [name for titles in found for name in re.findall(r'"([^"\\]+)\\?"', titles)]


def names_in(text, pattern=r"`([^`\s]+)`"):
    return set(re.findall(pattern, text))


def section(title):
    return re.search(rf"^(#+) {re.escape(title)}$(.*?)(?=^#{{1,2}} |\Z)", page, re.DOTALL | re.MULTILINE).group(2)


def test_parameter_table_is_what_the_program_prints():
    assert table == program("page", "parameters")


def test_every_parameter_is_used_outside_the_table():
    symbols = re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)
    assert len(symbols) > 80
    words = set(re.findall(r"\w+", before + after))
    assert [s for s in symbols if s not in words] == []


def test_comments_lead_to_sections_that_exist():
    asked, kinds = {}, {".cpp", ".hpp", ".py", ".md", ".csv", ".toml", ".txt"}
    for room in ("agents", "scenarios", "sim", "analysis", "bench", "tests"):
        for file in sorted((source / room).rglob("*")):
            if file.suffix in kinds and file.name != Path(__file__).name:
                for title in sections_asked_for(file.read_text(encoding="utf-8", errors="replace")):
                    asked.setdefault(title, str(file.relative_to(source)))
    for title in sections_asked_for((source / "CMakeLists.txt").read_text(encoding="utf-8")):
        asked.setdefault(title, "CMakeLists.txt")
    assert len(asked) >= 10
    assert {title: where for title, where in asked.items() if title not in sections(page)} == {}


def test_a_reference_is_found_across_lines_and_in_lists():
    text = '// see ODD.md, "What cannot be\n/// known" and "Flight".\nprint("`agents/ODD.md`, \\"Nowhere\\".")'
    assert sections_asked_for(text) == ["What cannot be known", "Flight", "Nowhere"]
    assert "Nowhere" not in sections(page)


def test_links_inside_the_page_lead_somewhere():
    places = {anchor(title) for title in sections(page)}
    links = re.findall(r"\]\(#([^)]+)\)", page)
    assert links and [link for link in links if link not in places] == []


def test_exported_tables_are_described_with_all_their_columns(tmp_path):
    program("check", str(source / "scenarios/cases/dushanbe_2025.toml"), "--export", str(tmp_path))
    tables = sorted(tmp_path.glob("*.csv"))
    assert len(tables) >= 10
    described = section("Input data")
    for file in tables:
        line = re.search(rf"^\| `{re.escape(file.name)}`.*$", described, flags=re.MULTILINE)
        assert line, f"{file.name} is not in the ODD"
        with file.open(encoding="utf-8") as lines:
            columns = next(text for text in lines if not text.startswith("#")).strip().split(",")
        assert [c for c in columns if c not in names_in(line.group())] == [], file.name


def test_columns_of_the_trips_are_described_in_their_order(tmp_path):
    results = str(tmp_path / "few.h5")
    case = str(source / "scenarios/cases/dushanbe_2025.toml")
    program("run", case, "--out", results, "--replicates", "20")
    columns = program("export", "trips", results).splitlines()[0].split(",")
    first = re.findall(r"^\| (`.+?) \|", section("Observation").split("**The trip table**")[1], flags=re.MULTILINE)
    assert [name for cell in first for name in re.findall(r"`(\w+)`", cell)] == columns
