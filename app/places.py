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


def plan_place(plan_id: str) -> str:
    """Of the name of a plan."""
    return f"plan/{plan_id}"


def level_place(assessment_id: str, question: str) -> str:
    """Of a reviewer’s comment on an answer."""
    return f"{assessment_id}/level/{question}"


def decision_place(assessment_id: str, recommendation: str) -> str:
    """Of management’s reason for what it decided on an action."""
    return f"{assessment_id}/decision/{recommendation}"


def post_place(assessment_id: str, recommendation: str) -> str:
    """Of the function that is to carry an action out."""
    return f"{assessment_id}/post/{recommendation}"


def return_place(assessment_id: str) -> str:
    """Of the reason why an assessment was given back."""
    return f"{assessment_id}/returned"


def second_factor_place(account: str) -> str:
    """Of the secret that an account’s codes are made with. A master key closes it, no organisation’s."""
    return f"account/{account}/second_factor"
