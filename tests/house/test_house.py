"""The rules of the house that no compiler enforces: who includes whom, what lies where, what may reach a result."""
import fnmatch
import os
import pathlib
import re
import shutil
import subprocess

import pytest

HOUSE = pathlib.Path(__file__).resolve().parents[2]

# A room, as the longest of these folders that holds a file, and the rooms whose headers it may include.
ROOMS = {
    "agents": {"agents"},
    "scenarios": {"agents", "scenarios"},
    "sim": {"agents", "sim"},
    "sim/cli": {"agents", "scenarios", "sim"},
}

TOP_LEVEL = set(
    "CMakeLists.txt CMakePresets.json sim agents scenarios analysis tests bench README.md CHANGELOG.md LICENSE "
    "CITATION.cff SECURITY.md safeconduct".split()
)

# Files that speak of results already made, or to people, and whose arithmetic changes none of them.
OFF_THE_RESULT_PATH = ("sim/cli/", "sim/stats/", "sim/inference/", "bench/")

# The C library's functions that differ between machines and versions (sqrt, floor, fabs and their like do not).
LIBM = set(
    "exp exp2 expm1 log log2 log10 log1p pow cbrt hypot sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh "
    "erf erfc tgamma lgamma fma lerp".split()
)


def ignored():
    lines = (HOUSE / ".gitignore").read_text().split()
    return [line.rstrip("/") for line in lines if not line.startswith("#")] + [".git"]


def files(*suffixes):
    """The files of the house, as git would see them (git need not be there), as paths from its root."""
    patterns = ignored()
    found = []
    for folder, folders, names in os.walk(HOUSE):
        folders[:] = [f for f in folders if not any(fnmatch.fnmatch(f, p) for p in patterns)]
        for name in names:
            path = (pathlib.Path(folder) / name).relative_to(HOUSE)
            if not any(fnmatch.fnmatch(name, p) for p in patterns) and (not suffixes or path.suffix in suffixes):
                found.append(path)
    return sorted(found)


def sources():
    return [path for path in files(".hpp", ".cpp") if path.parts[0] in ("agents", "scenarios", "sim")]


def room_of(path):
    return max((room for room in ROOMS if path.as_posix().startswith(room + "/")), key=len)


def forbidden_includes(path, text):
    """The project's headers that this text includes although its room may not know them."""
    rooms = "|".join(sorted({room.split("/")[0] for room in ROOMS}))
    included = re.findall(rf'^\s*#\s*include\s*["<](({rooms})/[^">]+)[">]', text, re.MULTILINE)
    return [header for header, room in included if room not in ROOMS[room_of(path)] or
            (header.startswith("sim/cli/") and room_of(path) != "sim/cli")]


def code_only(text):
    """The text without comments and string literals."""
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', " ", text, flags=re.DOTALL)


def inexact_calls(text):
    """What this text takes from the C library's mathematics, or from <random>, that differs between machines."""
    code = code_only(text)
    calls = re.findall(r"\bstd\s*::\s*(\w+)\s*\(", code)
    calls += re.findall(r"(?<![\w.:>])(\w+)\s*\(", code) if re.search(r"#\s*include\s*<math\.h>", code) else []
    found = [f"std::{call}" for call in calls if call.rstrip("fl") in LIBM or call in LIBM]
    found += re.findall(r"#\s*include\s*<random>|std\s*::\s*\w+_distribution|std\s*::\s*(?:reduce|transform_reduce)\b", code)
    found += re.findall(r"\.array\(\)\s*\.\s*(?:exp|log|pow|tanh)\s*\(", code)
    return found


def local_numbers(text):
    """What in this text prints or reads a decimal point, or could, as the user's language has it."""
    found = re.findall(r"\b(setlocale|locale::global|stod|stof|strtod|atof)\b", code_only(text))
    return found + re.findall(r'printf\s*\([^;"]*"[^"]*%[-+ #0-9.*]*l?[aefgAEFG]', text)


def test_the_rules_see_what_they_forbid():
    sim = pathlib.Path("sim/run/run.cpp")
    assert forbidden_includes(sim, '#include "scenarios/load.hpp"\n#include "agents/world.hpp"\n') == ["scenarios/load.hpp"]
    assert forbidden_includes(sim, '#include "sim/cli/bar.hpp"\n') == ["sim/cli/bar.hpp"]
    assert forbidden_includes(pathlib.Path("agents/x.cpp"), '# include <sim/run/run.hpp>\n') == ["sim/run/run.hpp"]
    assert forbidden_includes(pathlib.Path("sim/cli/main.cpp"), '#include "scenarios/load.hpp"\n') == []
    assert inexact_calls("x = std::exp(y) + std::powf(2, y);  // std::log(z)") == ["std::exp", "std::powf"]
    assert inexact_calls("#include <random>\nstd::normal_distribution<double> n;")
    assert local_numbers('std::snprintf(text, 9, "%04d %.3f", year, x)')
    assert local_numbers('std::snprintf(text, 9, "%04d", year) + std::stoi(x)') == []
    assert inexact_calls("std::sqrt(x) + agents::exp(x) + std::abs(x)") == []


def test_the_arrows_of_the_house_go_one_way():
    assert sources(), "no sources found: the test looks in the wrong place"
    wrong = {str(path): forbidden_includes(path, (HOUSE / path).read_text()) for path in sources()}
    assert {path: headers for path, headers in wrong.items() if headers} == {}


def test_only_the_scenarios_read_toml_and_only_the_output_knows_hdf5():
    wrong = []
    for path in sources():
        text = (HOUSE / path).read_text()
        if "toml++" in text and path.parts[0] != "scenarios" and re.search(r"#\s*include\s*[<\"]toml\+\+", text):
            wrong.append(f"{path} includes toml++")
        if re.search(r"#\s*include\s*[<\"](hdf5|H5)", text) and path.parts[0] != "sim":
            wrong.append(f"{path} includes HDF5")
    assert wrong == []


def test_nothing_inexact_lies_on_the_way_to_a_result():
    wrong = {}
    for path in sources():
        if not path.as_posix().startswith(OFF_THE_RESULT_PATH):
            calls = inexact_calls((HOUSE / path).read_text())
            if calls:
                wrong[str(path)] = calls
    assert wrong == {}


def test_nothing_depends_on_the_language_of_the_machine():
    wrong = {str(path): local_numbers((HOUSE / path).read_text()) for path in sources()}
    assert {path: found for path, found in wrong.items() if found} == {}


def test_the_front_door_has_only_the_names_it_should():
    seen = {path.parts[0] for path in files()}
    assert sorted(name for name in seen - TOP_LEVEL if not name.startswith(".")) == []


def test_no_file_is_larger_than_a_megabyte():
    assert [str(path) for path in files() if (HOUSE / path).stat().st_size > 1_000_000] == []


def test_the_code_is_formatted_by_clang_format():
    tool = shutil.which("clang-format-14") or shutil.which("clang-format") or ""
    version = subprocess.run([tool, "--version"], capture_output=True, text=True).stdout if tool else "none"
    if "version 14." not in version:  # another version formats otherwise
        assert os.environ.get("CI") != "true", f"clang-format 14 is missing: {version}"
        pytest.skip("clang-format 14 is not installed")
    command = [tool, "--dry-run", "-Werror", *map(str, files(".hpp", ".cpp"))]
    run = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True)
    complaints = [line for line in run.stderr.splitlines() if "error:" in line]
    assert run.returncode == 0, "\n".join(complaints[:20])
