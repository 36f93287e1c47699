"""Every value of every message of the real recordings, as the well-known libraries read it: raw, scaled and named."""

from collections import Counter

import pytest

from benchmarks.exactness import not_read, total
from tests.support import fit_exact, xml_exact
from tests.support.fit_exact import compare
from tests.support.fit_oracle import LIBRARIES, merged_heart_rates, our_merged_heart_rates, ours
from tests.support.fit_writer import Developer, FitWriter
from tests.support.processes import files, in_processes
from tests.test_fit_activity import describe, file_id, run

#: The classes of difference that each library's reading of the corpus shows; `fit_exact.CLASSES` explains them.
SHOWN = {
    "fitparse": {"older-profile", "value-name", "subfield"},
    "fitdecode": {"newer-profile", "older-profile", "value-name", "subfield"},
    "garmin-fit-sdk": {"newer-profile", "value-name", "names-in-array", "named-twice", "text-array", "developer-missing"},
}
#: What makes each library give up, with the number of corpus files.
GIVEN_UP = {
    "fitparse": {"Tried to read": 4, "CRC Mismatch": 3, "Invalid field size": 1, "invalid local message": 1, "Invalid .FIT File Header": 1},
    "fitdecode": {"expected": 3, "not a FIT file": 1, "not defined": 1, "AssertionError": 1},
    "garmin-fit-sdk": {"Compressed timestamp": 3, "longer than": 4, "not a fit file": 1, "Invalid local message": 1},
}


def installed(library):
    pytest.importorskip(library.replace("-", "_"))
    return library


@pytest.fixture(scope="module")
def fit_results(corpus):
    return in_processes(fit_exact.compare_file, files(corpus, ".fit"))


@pytest.fixture(scope="module")
def xml_results(corpus):
    pytest.importorskip("lxml.etree")
    return in_processes(xml_exact.compare_file, files(corpus, ".gpx", ".tcx"))


@pytest.mark.corpus
@pytest.mark.parametrize("library", LIBRARIES)
def test_every_raw_and_scaled_value_equals_the_librarys_or_differs_for_a_known_reason(fit_results, library):
    installed(library)
    found = total(fit_results)[library]
    assert found.unexplained == []
    assert set(found.classes) == SHOWN[library]
    assert found.n_files >= 292
    assert found.n_raw > 6_890_000
    assert found.n_scaled > 6_850_000


@pytest.mark.corpus
@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_that_gives_up_does_so_for_a_known_reason(fit_results, library):
    installed(library)
    reasons = [reason for reason, _ in total(fit_results)[library].stopped.values()]
    counted = Counter(next((words for words in GIVEN_UP[library] if words in reason), reason) for reason in reasons)
    assert counted == GIVEN_UP[library]


@pytest.mark.corpus
def test_every_file_that_fitdecode_or_gpxpy_reads_is_read(fit_results, xml_results):
    assert not_read(fit_results, xml_results) == []
    # and of what they refuse, all FIT files give samples
    refused = {path: result for path, result in fit_results.items() if result.by_library["fitdecode"].stopped}
    assert len(refused) == 6
    assert [result.outcome for result in refused.values() if "samples, " not in result.outcome] == []


@pytest.mark.corpus
def test_every_value_of_gpx_and_tcx_equals_gpxpys_and_lxmls(xml_results):
    assert {path.name: result.differences for path, result in xml_results.items() if result.differences} == {}
    assert sum(result.n_lxml for result in xml_results.values()) > 240_000
    assert sum(result.n_gpxpy for result in xml_results.values()) > 300_000


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_generated_file_is_equal_in_every_value(library):
    installed(library)
    data = run().to_bytes()
    mine = ours(data)
    found = compare(library, data, mine)
    assert (found.n_messages, found.unexplained, found.stopped) == (len(mine), [], {})
    assert found.n_scaled == found.n_raw - sum(found.classes.values()) > 300


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_single_other_value_is_found_and_said(library):
    installed(library)
    mine = ours(run(heart_rate=lambda i: 141 if i == 7 else 140).to_bytes())
    found = compare(library, run(heart_rate=lambda i: 140).to_bytes(), mine, "run.fit")
    assert found.unexplained == ["run.fit: record, field 3: 141 here, 140 there (raw 141, 140)"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_message_too_many_or_too_few_is_found(library):
    installed(library)
    data = run().to_bytes()
    mine = ours(data)
    assert "more than" in compare(library, data, mine[:-1]).unexplained[0]
    assert "the end there" in compare(library, data, [*mine, mine[-1]]).unexplained[0]


@pytest.mark.parametrize("library", ["fitparse", "fitdecode"])
def test_another_value_of_a_developer_field_is_found(library):
    def written(value):
        writer = FitWriter()
        file_id(writer)
        describe(writer, 0, 3, 0x84, "Ground Time", "Milliseconds")
        writer.message_with("record", {"timestamp": 1_000_000_000}, developer={Developer(0, 3, "uint16"): value})
        return writer.to_bytes()

    found = compare(library, written(251), ours(written(250)), "run.fit")
    assert found.unexplained == ["run.fit: record, field (0, 3): 250 here, 251 there (raw 250, 251)"]


@pytest.mark.corpus
def test_no_sample_gets_a_heart_rate_of_a_straps_memory_where_garmins_decoder_has_none(corpus):
    pytest.importorskip("garmin_fit_sdk")
    heart_files = [path for path in files(corpus, ".fit") if path.name in ("event_timestamp.fit", "garmin-fr935-cr.fit")]
    for path in heart_files:
        data = path.read_bytes()
        theirs = merged_heart_rates(data)
        assert len(theirs) > 1000
        assert our_merged_heart_rates(data) == theirs
