from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from integrations.orb_pack import PackError, dumped, pack
from tests.checkout import CHECKOUT


def source(folder: Path, **files: str) -> Path:
    for name, text in {"@orb.yml": "version: 2.1\n", **files}.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder


def test_files_become_elements_of_their_names(tmp_path: Path) -> None:
    made = source(
        tmp_path,
        **{"commands/a_b.yml": "steps: [checkout]\n", "executors/docker.yml": "docker: []\n"},
    )

    assert {
        "version": 2.1,
        "commands": {"a_b": {"steps": ["checkout"]}},
        "executors": {"docker": {"docker": []}},
    } == pack(made)


def test_an_included_script_arrives_as_it_is_but_begins_no_parameter(tmp_path: Path) -> None:
    script = 'cat <<END\n"$x"\nEND\n'
    command = "steps:\n  - run: {command: <<include(scripts/x.sh)>>}\n"
    made = source(tmp_path, **{"commands/a.yml": command, "scripts/x.sh": script})

    found = yaml.safe_load(dumped(pack(made)))

    assert script.replace("<<", "\\<<") == found["commands"]["a"]["steps"][0]["run"]["command"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("steps: [run: {command: echo <<include(x.sh)>>}]", "must be the whole value"),
        ("steps: [run: {command: <<include(x.sh)>>}]", "there is no file x.sh"),
        ("steps: [run: {command: <<include(../../etc/passwd)>>}]", "there is no file"),
        ("[]", "not a mapping"),
        ("a: [", "commands/a.yml"),
    ],
)
def test_a_source_that_is_none_names_its_file(tmp_path: Path, command: str, said: str) -> None:
    made = source(tmp_path, **{"commands/a.yml": command})

    with pytest.raises(PackError, match=said):
        pack(made)


def test_an_element_stands_in_one_place_only(tmp_path: Path) -> None:
    made = source(tmp_path, **{"@orb.yml": "commands: {}\n", "commands/a.yml": "steps: []\n"})

    with pytest.raises(PackError, match="belong into the folder"):
        pack(made)


def test_the_command_prints_the_orb_or_says_what_is_wrong(tmp_path: Path) -> None:
    command = (sys.executable, str(CHECKOUT / "script" / "orb-pack"))

    ours = subprocess.run(command, capture_output=True, text=True, check=False)
    none = subprocess.run((*command, str(tmp_path)), capture_output=True, text=True, check=False)

    assert 0 == ours.returncode, ours.stderr
    shipped = (CHECKOUT / "circleci" / "orb.yml").read_text(encoding="utf-8")
    assert shipped.partition("\n")[2] == ours.stdout
    assert 1 == none.returncode
    assert "@orb.yml" in none.stderr
    assert "Traceback" not in none.stderr
