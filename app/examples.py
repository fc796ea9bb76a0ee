"""The report that an agency’s page shows as an example, made of answers that are invented."""

from pathlib import Path

from app.catalogue import Catalogue
from app.content.examples import Example, example
from app.errors import NotFound
from scoring.answers import read_answers
from scoring.errors import InvalidAnswers
from scoring.report import Report, make_report

MARKING = "Example: its answers are invented"


def example_report(catalogue: Catalogue, folder: Path, agency: str) -> Report:
    """The example under the latest version. Raises NotFound where there is none, or it was made for another version."""
    instrument, found = catalogue.instrument(agency), _fitting(catalogue, folder, agency)
    if found is None:
        raise NotFound("There is no example for this version.")
    return make_report(instrument, found.profile, found.given, found.about, state="submitted", marking=MARKING)


def has_example(catalogue: Catalogue, folder: Path, agency: str) -> bool:
    """Whether there is one to show."""
    return _fitting(catalogue, folder, agency) is not None


def _fitting(catalogue: Catalogue, folder: Path, agency: str) -> Example | None:
    found = example(folder, agency)
    if found is not None:
        try:
            read_answers(catalogue.instrument(agency).questionnaire, found.profile, found.given)
        except InvalidAnswers:
            return None
    return found
