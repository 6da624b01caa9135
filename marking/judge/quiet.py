"""Answers without what they say to their marker, so that it changes no award of any scorer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.marks import Award
from core.pages import TextReading
from core.scoring import Question, Response, Rubric
from marking.judge.injection import suspicious
from marking.judge.silence import silenced_reading
from marking.scoring.protocol import Scorer

#: Clauses, with the mark that ends them; a point between digits ends none.
_CLAUSE = re.compile(r"(?:[^，,。；;！!？?：:\n.]|\.(?=\S))+[，,。；;！!？?：:\n.]*|[，,。；;！!？?：:\n.]+")
#: Whoever speaks to the marker goes on doing so until here.
_SENTENCE_END = re.compile(r"[。；;！!？?\n]|\.(?=\s|$)|$")
#: An attempt is looked for in so many clauses running, e.g. lines broken on paper.
_LONGEST_RUN = 6
_MOST_CLAUSES = 60
_MOST_ATTEMPTS = 8


def quiet(text: str) -> str:
    """The text with all that speaks to the marker turned to spaces, to its sentence's end; as long as before.

    Where what is suspicious cannot be told from the answer, the text is given back as it was.
    """
    heard = text
    for _ in range(_MOST_ATTEMPTS):
        if suspicious(heard) is None:
            return heard
        run = _shortest_run(heard)
        if run is None:
            break
        start, end = run
        rest = _SENTENCE_END.search(heard, end - 1)
        end = max(end, rest.end() if rest else end)
        heard = heard[:start] + re.sub(r"[^\n]", " ", heard[start:end]) + heard[end:]
    return heard if suspicious(heard) is None else text


def _shortest_run(text: str) -> tuple[int, int] | None:
    clauses = [m.span() for m in _CLAUSE.finditer(text) if m[0].strip()][:_MOST_CLAUSES]
    for length in range(1, min(_LONGEST_RUN, len(clauses)) + 1):
        for at in range(len(clauses) - length + 1):
            start, end = clauses[at][0], clauses[at + length - 1][1]
            if suspicious(text[start:end]) is not None:
                return start, end
    return None


def quieted(response: Response) -> Response:
    """The response as a scorer may see it: offsets stay those of the text as it was read.

    What speaks to the marker is blank in the text and in its readings: characters, other readings of the
    line, and what the reader thought possible there.
    """
    if response.quieted or suspicious(response.text) is None:
        return response
    said = quiet(response.text)
    changes = {"text": said, "quieted": True, "readings": _silenced(response, said)}
    return response.model_copy(update=changes)


def _silenced(response: Response, said: str) -> tuple[TextReading, ...]:
    """The readings with what is blank in ``said`` and was not in the response's text."""
    readings = []
    offset = 0
    for reading in response.readings:
        own = said[offset : offset + len(reading.text)]
        if response.text[offset : offset + len(reading.text)] != reading.text:
            own = quiet(reading.text)  # the text is not made of the readings: each is looked at alone
        readings.append(silenced_reading(reading, own))
        offset += len(reading.text) + 1
    return tuple(readings)


class QuietScorer:
    """Any scorer, given answers without what they say to the marker (and told which those are)."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer

    @property
    def name(self) -> str:
        """The scorer's own."""
        return self._scorer.name

    def score_all(
        self, question: Question, rubric: Rubric, responses: Sequence[Response]
    ) -> tuple[tuple[Award, ...], ...]:
        """See ``Scorer``."""
        return self._scorer.score_all(question, rubric, [quieted(response) for response in responses])
