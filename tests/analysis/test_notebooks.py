"""The notebooks: committed without outputs; every cell runs, on few histories that the program lives in this test."""
import os
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

import safeconduct as sc

FOLDER = Path(os.environ["SAFECONDUCT_SOURCE"]) / "analysis/notebooks"
NOTEBOOKS = sorted(path.stem for path in FOLDER.glob("*.ipynb"))
HISTORIES = 300


def read(name):
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def test_there_are_notebooks():
    assert [name[:2] for name in NOTEBOOKS] == ["01", "02", "03", "04", "05"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_tells_a_story_and_ends_with_what_the_model_cannot_say(name):
    notebook = read(name)
    nbformat.validate(notebook)
    cells = notebook.cells
    assert all(not c.outputs and c.execution_count is None for c in cells if c.cell_type == "code"), "clear the outputs"
    assert cells[0].cell_type == "markdown" and cells[0].source.startswith("# ")
    assert cells[-1].source.startswith("## What the model cannot say")
    assert "P(arrest) is mostly a prior" in cells[-1].source
    words = [len(c.source.split()) for c in cells if c.cell_type == "markdown"]
    assert sum(words) > 250, "code with too little prose"


def test_what_a_notebook_says_of_the_shipped_world_is_so(program):
    """Variants are what they are called, states as many as are said, and who is missed is among the ODD's misses."""
    ds = sc.run("dushanbe_2025", replicates=1, quiet=True)
    mine = "\n".join(cell.source for cell in read("05_your_own_scenario").cells)
    states = sc.world(ds, "hosts").set_index("host")
    assert f"({len(states)} states," in mine
    assert f'"courts as they were": {{"hosts__MNG__judicial_independence": {states.J["MNG"]:.4g}}}' in mine
    kinds = pd.read_csv(FOLDER.parents[1] / "scenarios/world/event_kinds.csv", comment="#").set_index("kind")
    assert f'"half the value": {{"events__ulaanbaatar_2026__value": {kinds.value["state_visit"] / 2}}}' in mine
    misses = (FOLDER.parents[1] / "agents/ODD.md").read_text().split("Known misses:")[1].split("\n\n")[0]
    (told,) = re.findall(r"Known\s+misses are listed in `agents/ODD.md`: (.*)", read("01_first_look").cells[-1].source)
    assert all(name in misses for name in sorted(set(sc.hosts(ds).name)) if name in told), told


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_cell_of_a_notebook_runs(name, program):
    notebook = read(name)
    changed = 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source, n = re.subn(r"^replicates = [\d_]+", f"replicates = {HISTORIES}", cell.source, flags=re.M)
            changed += n
    assert changed == 1
    done = NotebookClient(notebook, timeout=600, kernel_name="python3").execute(cwd=str(FOLDER))
    figures = [o for c in done.cells if c.cell_type == "code" for o in c.outputs if "image/png" in o.get("data", {})]
    assert figures, "no figure was drawn"
    for cell in done.cells:
        if cell.cell_type == "code":
            said = "".join(o.get("text", "") for o in cell.outputs if o.output_type == "stream" and o.name == "stderr")
            assert "Warning" not in said, said
