"""How long a thousand draws take for the largest questionnaire that is shipped, draws and ranks included."""

import statistics
import time

from app.content.resolution import resolve
from app.content.sources import read_sources
from app.settings import Settings
from scoring.answers import Answers, read_answers
from scoring.draws import draw
from scoring.engine import Instrument
from scoring.questionnaire import Questionnaire
from scoring.recommendations import plan
from scoring.robustness import try_out
from tests.benchmarks.generated import answered
from tests.benchmarks.table import Row, markdown

LIMIT = 50.0  # ms
ROUNDS = 15


def largest() -> Questionnaire:
    """The shipped questionnaire with the most links, times the recommendations that are tried with each draw."""
    sources = read_sources(Settings().questionnaires)
    drafts = [resolve(sources, agency) for agency in sources.agencies]
    return max(drafts, key=lambda q: sum(len(question.links) for question in q.questions) * len(q.recommendations))


def ms(instrument: Instrument, answers: Answers) -> float:
    """One trial from nothing: what an assessment that nobody has tried yet takes."""
    ends = instrument.ends(answers)
    bands = instrument.bands(instrument.work_out(ends.levels, ends.applying, ends.open[:, None]), ends.open[:, None])
    order = plan(instrument, answers, ends)
    draw.cache_clear()
    start = time.perf_counter()
    try_out(instrument, answers, ends, bands, order)
    return 1e3 * (time.perf_counter() - start)


def measure() -> list[Row]:
    """Rows of the table."""
    asked = largest()
    instrument, answers = Instrument(asked), read_answers(asked, {}, answered(asked, gaps=True))
    figure = statistics.median([ms(instrument, answers) for _ in range(ROUNDS + 1)][1:])
    words = f"Robustness, 1,000 draws of the largest questionnaire ({asked.id}), median"
    return [Row(words, f"{figure:.0f} ms", f"< {LIMIT:.0f} ms", figure < LIMIT)]


if __name__ == "__main__":
    print(markdown(measure()))
