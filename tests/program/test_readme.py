"""The READMEs say what is true: commands run, the scenario is good, the Python works, and links lead somewhere."""
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(os.environ["SAFECONDUCT_SOURCE"])
PROGRAM = os.environ["SAFECONDUCT"]
README = (SOURCE / "README.md").read_text()
OF_THE_PACKAGE = (SOURCE / "analysis/README.md").read_text()


def blocks(language: str, page: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.S | re.M)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder in which ./safeconduct is the program (the launcher has tests of its own) and analysis/ is at hand."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "safeconduct").symlink_to(PROGRAM)
    (folder / "analysis").symlink_to(SOURCE / "analysis")
    (scenario,) = blocks("toml")
    (folder / "mongolia.toml").write_text(scenario)
    return folder


def commands() -> list[str]:
    lines = [line.split("  #")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line]


def test_every_command_runs_in_the_order_of_the_page(folder):
    assert commands()[:2] == ["./safeconduct run", "./safeconduct test"]
    for command in commands():
        if command == "./safeconduct test":
            continue  # this is it
        short = command.replace("run bashir_2009", "run bashir_2009 --replicates 1000")
        short = short.replace("./safeconduct report", f"{sys.executable} -m safeconduct report")  # the launcher's verb
        done = subprocess.run(short, shell=True, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stderr}"


def test_the_python_lines_run_after_them(folder):
    (lines,) = blocks("python")
    done = subprocess.run([sys.executable, "-c", lines], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, "MPLBACKEND": "Agg"})
    assert done.returncode == 0, done.stderr
    assert (folder / "hosts.png").stat().st_size > 10_000


def test_the_python_lines_of_the_package_run_after_them(folder):
    """As they stand, on the files that the commands of the README have left."""
    for place, lines in enumerate(blocks("python", OF_THE_PACKAGE)):
        done = subprocess.run([sys.executable, "-W", "error::UserWarning", "-c", lines], cwd=folder,
                              capture_output=True, text=True,
                              env={**os.environ, "MPLBACKEND": "Agg", "PYTHONPATH": str(SOURCE / "analysis")})
        assert done.returncode == 0, done.stderr
    assert place >= 1 and (folder / "visits.png").stat().st_size > 10_000


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_links_lead_somewhere(target):
    assert (SOURCE / target).exists()


def test_exit_codes_are_those_of_the_help_text():
    said = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    numbers = lambda text: set(re.findall(r"\b\d+\b", text.split("Exit codes:")[1].split("\n\n")[0]))
    assert numbers(said) | {"69"} == numbers(README)  # 69 is the launcher's
