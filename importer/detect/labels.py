"""What the runner said afterwards: tags, confirmations and rejections become claims that nothing overrules.

Conventions: spans are ``[start_s, end_s)``; of two labels about the same second the later one counts.
A rejected stretch is not backward, so it is forward. A stretch tagged `unknown` is left untold on purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from importer.detect.declared import Declared
from importer.values.session import Basis, Claim, Direction, Label, LabelKind

_WHY: Final = {
    LabelKind.TAG: "you tagged it",
    LabelKind.CONFIRM: "you confirmed it",
    LabelKind.REJECT: "you said that it is not backward",
}


def labelled(declared: Declared, labels: Sequence[Label], *, elapsed_s: float) -> Declared:
    """Put the runner's labels over what he declared in the recording.

    Parameters
    ----------
    labels : in the order in which they were said.
    elapsed_s : length of the session, s; what reaches beyond it is cut.
    """
    claims = manual_claims(labels, elapsed_s=elapsed_s)
    if not claims:
        return declared
    kept = list(declared.claims)
    for claim in claims:
        kept = _without(kept, claim.start_s, claim.end_s)
    return declared._replace(claims=tuple(sorted([*kept, *claims], key=lambda one: one.start_s)))


def manual_claims(labels: Sequence[Label], *, elapsed_s: float) -> tuple[Claim, ...]:
    """Turn labels into claims: sorted, disjoint, inside ``[0, elapsed_s)``."""
    claims: list[Claim] = []
    for label in labels:
        start_s, end_s = max(0.0, label.start_s), min(label.end_s, elapsed_s)
        if start_s >= end_s:
            continue
        claims = _without(claims, start_s, end_s)
        claims.append(Claim(start_s, end_s, _direction(label), Basis.MANUAL, _WHY[label.kind]))
    return tuple(sorted(claims, key=lambda one: one.start_s))


def _direction(label: Label) -> Direction:
    if label.kind is LabelKind.CONFIRM:
        return Direction.BACKWARD
    if label.kind is LabelKind.REJECT:
        return Direction.FORWARD
    assert label.direction is not None  # a tag names one: the database checks it
    return label.direction


def _without(claims: Sequence[Claim], start_s: float, end_s: float) -> list[Claim]:
    """Cut a span out of claims."""
    left: list[Claim] = []
    for claim in claims:
        if claim.end_s <= start_s or claim.start_s >= end_s:
            left.append(claim)
            continue
        if claim.start_s < start_s:
            left.append(_span(claim, claim.start_s, start_s))
        if claim.end_s > end_s:
            left.append(_span(claim, end_s, claim.end_s))
    return left


def _span(claim: Claim, start_s: float, end_s: float) -> Claim:
    return Claim(start_s, end_s, claim.direction, claim.basis, claim.why, claim.place)
