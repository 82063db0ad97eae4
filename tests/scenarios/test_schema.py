"""scenario.schema.json and the program's own checks say the same about good and bad scenarios.

A bad scenario whose mistake no schema can see (it takes the world or another key to see it) says so in its first line.
"""
import datetime
import json
import pathlib
import tomllib

import jsonschema
import pytest

HOUSE = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((HOUSE / "scenarios" / "scenario.schema.json").read_text())
BAD = sorted((HOUSE / "tests" / "scenarios" / "bad").glob("*.toml"))
GOOD = sorted((HOUSE / "scenarios" / "cases").glob("*.toml"))


def as_json(value):
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return value.isoformat() if isinstance(value, datetime.date) else value


def accepts(path):
    try:
        scenario = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError:
        return False
    checker = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    return checker.is_valid(as_json(scenario))


def test_the_schema_is_one():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_shipped_cases_are_good(path):
    assert accepts(path)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_scenarios_are_bad(path):
    silent = path.read_text().startswith("# schema: silent")
    assert accepts(path) == silent


def test_the_examples_of_the_format_page_are_good():
    page = (HOUSE / "scenarios" / "FORMAT.md").read_text().split("## Sweeps")[0]
    examples = [block.split("```")[0] for block in page.split("```toml\n")[1:]]
    assert len(examples) == 2
    for example in examples:
        jsonschema.validate(as_json(tomllib.loads(example)), SCHEMA)
