"""Numbers as they are printed: scores, points and the terms of a sum."""

from scoring.questionnaire import RiskModel


def figure(value: float, model: RiskModel) -> str:
    """A score of 0 to 100: one decimal, two within `near_cut` of a cut, more where it would seem to reach the cut."""
    exact = round(value, int(model.compare_decimals.value))
    for band in model.bands[1:]:
        if abs(exact - band.at_least) <= model.near_cut.value:
            decimals = 2
            while exact < band.at_least <= float(f"{exact:.{decimals}f}"):
                decimals += 1
            return f"{exact:.{decimals}f}"
    return f"{exact:.1f}"


def points(value: float, decimals: int = 1) -> str:
    """Points of the score, with as many decimals as it takes to show that something is not nothing."""
    exact = round(value, 9)
    while exact and not float(f"{exact:.{decimals}f}"):
        decimals += 1
    return f"{exact:.{decimals}f}".replace("-", "−")


def signed(value: float) -> str:
    """A term of a sum, with two decimals and its sign."""
    text = f"{round(value, 9):+.2f}".replace("-", "−")
    return text[1:] if float(f"{value:.2f}") == 0 else text
