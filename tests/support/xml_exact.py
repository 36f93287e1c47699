"""How far the readings of a GPX or TCX file agree with gpxpy's and with an independent parse by lxml, for comparison only.

Conventions: with gpxpy whole activities are compared, field by field (`reference.compare`); with lxml every value of every point that a
channel can hold (`xml_oracle`). gpxpy *reads* a file that `gpxpy.parse` takes, whether or not there is a recording in it.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import NamedTuple

from importer.errors import ReadError
from importer.readers.gpx import read_gpx
from importer.readers.reference import compare, read_gpx_reference
from importer.readers.tcx import read_tcx
from tests.support import xml_oracle
from tests.support.fit_exact import outcome_of


class XmlResult(NamedTuple):
    """How one file compares, and what the program makes of it; a count is of equal values."""

    outcome: str
    is_read: bool
    #: why gpxpy refuses the file, "" where it does not, or where it is a TCX
    refused: str
    n_gpxpy: int
    n_lxml: int
    differences: list[str]


def compare_file(path: Path) -> XmlResult:
    """Compare the reading of one file with gpxpy's and lxml's."""
    data = path.read_bytes()
    is_gpx = path.suffix.lower() == ".gpx"
    read = read_gpx if is_gpx else read_tcx
    outcome, is_read = outcome_of(read, data)
    refused = _gpxpys_refusal(data) if is_gpx else ""
    n_gpxpy, n_lxml, differences = 0, 0, []
    try:
        activities = read(data)
    except ReadError:
        return XmlResult(outcome, is_read, refused, 0, 0, [])
    if is_gpx and not refused:
        agreements = compare(activities, read_gpx_reference(data))
        n_gpxpy = sum(agreement.n_equal for agreement in agreements)
        differences += [f"gpxpy, {agreement.name}: {agreement.first_difference}" for agreement in agreements if agreement.first_difference]
    by_lxml = xml_oracle.compare(data, activities)
    if by_lxml is not None:
        n_lxml = sum(by_lxml.equal.values())
        differences += [f"lxml, {words}" for words in by_lxml.differences]
    return XmlResult(outcome, is_read, refused, n_gpxpy, n_lxml, differences)


def _gpxpys_refusal(data: bytes) -> str:
    try:
        importlib.import_module("gpxpy").parse(data)
    except Exception as error:  # noqa: BLE001 - gpxpy leaks UnicodeDecodeError, TypeError and the XML library's own errors
        return str(error) or type(error).__name__
    return ""
