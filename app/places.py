"""Where encrypted words belong: each is bound to its place, so that none can be moved to another."""


def answer_place(assessment_id: str, question: str) -> str:
    """Of the note on an answer."""
    return f"{assessment_id}/answer/{question}"


def impact_place(assessment_id: str, scenario: str) -> str:
    """Of the reason for a raised impact."""
    return f"{assessment_id}/impact/{scenario}"


def words_place(chain: str, number: int) -> str:
    """Of the written words in an entry of a trail."""
    return f"{chain}/{number}"
