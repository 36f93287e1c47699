"""The fuzzer itself, and a short run of it: mutated files give activities or a `ReadError`, quickly and in little memory."""

import os
import random
import subprocess
import sys

import pytest

from fuzz import child, fit_mutator, run, xml_mutator
from fuzz.seeds import FORMATS, chance, maker, payloads
from importer.errors import ReadError
from importer.readers import registry
from importer.readers.fit.wire import read_links
from tests.support.program import SAMPLES

#: few enough for every run of the tests; `python -m fuzz.run --inputs 1000000` is the long one
INPUTS = {"fit": 2000, "gpx": 600, "tcx": 400}


# Python's own codec complains where a document claims to be in it; outside of the tests nobody sees that
@pytest.mark.filterwarnings("ignore:.*invalid escape sequence:DeprecationWarning")
@pytest.mark.parametrize("kind", FORMATS)
def test_mutated_files_give_activities_or_a_read_error(kind):
    make = maker(kind, with_corpus=False)
    outcomes: dict[str, int] = {}
    for index in range(INPUTS[kind]):
        code, trace = child.outcome(make(chance(1, kind, index)))
        assert trace == "", f"input {index} of seed 1"
        outcomes[code] = outcomes.get(code, 0) + 1
    # an input that no reader gets to see tests nothing
    assert outcomes["activities"] > INPUTS[kind] / 10
    assert len(outcomes) >= 4


@pytest.mark.parametrize("kind", FORMATS)
def test_an_input_can_be_made_again(kind):
    make = maker(kind, with_corpus=False)
    first = [make(chance(7, kind, index)) for index in range(20)]
    assert [make(chance(7, kind, index)) for index in range(20)] == first
    assert len(set(first)) == 20


def test_a_fit_file_is_split_into_its_messages_and_put_together_again():
    data = (SAMPLES / "workout-steps.fit").read_bytes()
    items = fit_mutator.parse(data)
    assert b"".join(item.data for item in items) == data[14:-2]
    assert sum(item.definition is not None for item in items) == read_links(data)[0].n_messages


def test_an_xml_file_is_split_into_its_tokens_and_put_together_again():
    text = (SAMPLES / "track-notes.tcx").read_text(encoding="utf-8")
    assert "".join(xml_mutator.parse(text)) == text


def test_most_mutated_fit_files_have_a_right_size_and_checksum():
    make = maker("fit", with_corpus=False)
    sound = 0
    for index in range(200):
        try:
            sound += read_links(make(chance(3, "fit", index)))[0].integrity == "ok"
        except ReadError:
            continue
    assert sound > 80


def test_the_seeds_are_the_sample_files_where_there_is_nothing_else():
    assert [len(payloads(kind, with_corpus=False)) for kind in FORMATS] == [9, 2, 1]


def test_a_bug_is_found_and_named(monkeypatch):
    """Not a mock of the reader: a reader that is broken."""

    def broken(data):
        raise KeyError(len(data))

    monkeypatch.setattr(registry, "read_activities", broken)
    code, trace = child.outcome(b"x")
    assert code.startswith("KeyError at test_fuzz.py:")
    assert "KeyError: 1" in trace


def test_what_was_found_fails_the_run_and_is_kept(tmp_path):
    tally = run.Tally("fit", seed=1)
    answer = {"codes": {"activities": 9, "KeyError at x.py:1": 1}, "slowest_s": 2.5, "slowest": 4, "bytes": 10, "peak_bytes": 6e8}
    tally.add({**answer, "bugs": {"KeyError at x.py:1": [3, "Traceback"]}, "hungry": 5})
    tally.died(8, -9)
    assert {name: index for name, (index, _) in tally.findings.items()} == {"KeyError at x.py:1": 3, "slow": 4, "memory": 5, "killed": 8}
    make = maker("fit", with_corpus=False)
    paths = run.save(tally, tmp_path / "found", make)
    assert sorted(path.name for path in paths) == [f"fit-1-{index}.fit" for index in (3, 4, 5, 8)]
    assert paths[0].read_bytes() == make(chance(1, "fit", 3))


def test_the_command_runs_children_and_counts_every_input(tmp_path):
    words = [sys.executable, "-m", "fuzz.run", "--inputs", "150", "--format", "fit", "--workers", "2", "--save", tmp_path / "found"]
    without_corpus = {**os.environ, "RETRO_CORPUS": str(tmp_path)}
    done = subprocess.run(words, capture_output=True, text=True, cwd=SAMPLES.parent, timeout=120, env=without_corpus)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("fit: 150 inputs of seed 1, ")
    assert not (tmp_path / "found").exists()


def test_flipping_changes_as_many_bits_as_asked_at_most():
    flipped = fit_mutator.flipped(random.Random(1), bytes(100), 5)
    assert 1 <= sum(byte.bit_count() for byte in flipped) <= 5
