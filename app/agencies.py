"""Agencies as a reader looks for them: under the chains that their scenarios touch. Knows no HTTP."""

from dataclasses import dataclass

from app.catalogue import Catalogue
from scoring.questionnaire import Chain, Questionnaire


@dataclass(frozen=True)
class ChainAgencies:
    """A chain and the agencies that can be corrupted along it, those whose chief chain it is first."""

    chain: Chain
    agencies: tuple[Questionnaire, ...]


def by_chain(catalogue: Catalogue) -> list[ChainAgencies]:
    """Every chain that an agency touches, in the order of the sources; agencies by the share of it in their weight."""
    questionnaires = [instrument.questionnaire for instrument in catalogue.latest.values()]
    chains: dict[str, Chain] = {}
    for questionnaire in sorted(questionnaires, key=lambda q: -len(q.chains)):
        for chain in questionnaire.chains:
            chains.setdefault(chain.id, chain)
    found = []
    for chain in chains.values():
        shares = {q.id: _share(q, chain.id) for q in questionnaires}
        touched = sorted((q for q in questionnaires if shares[q.id] > 0), key=lambda q: (-shares[q.id], q.title))
        if touched:
            found.append(ChainAgencies(chain, tuple(touched)))
    return found


def _share(questionnaire: Questionnaire, chain: str) -> float:
    """The part of a questionnaire’s scenario weight that lies in one chain, 0 to 1."""
    total = sum(s.weight for s in questionnaire.scenarios)
    return sum(s.weight for s in questionnaire.scenarios if s.chain == chain) / total
