"""Agencies as a reader looks for them: under the chains that their scenarios touch. Knows no HTTP."""

from dataclasses import dataclass

from app.catalogue import Catalogue
from scoring.questionnaire import Chain, Questionnaire


@dataclass(frozen=True)
class ChainAgencies:
    """A chain, the agencies whose chief chain it is, and the others that can be corrupted along it."""

    chain: Chain
    chief: tuple[Questionnaire, ...]
    others: tuple[Questionnaire, ...]


def by_chain(catalogue: Catalogue, language: str) -> list[ChainAgencies]:
    """Every chain that an agency touches, in the order of the sources; agencies by the share of it in their weight."""
    questionnaires = [catalogue.in_language(i.questionnaire, language) for i in catalogue.latest.values()]
    chains = {c.id: c for q in sorted(questionnaires, key=lambda q: -len(q.chains)) for c in q.chains}
    found = []
    for chain in chains.values():
        shares = {q.id: _share(q, chain.id) for q in questionnaires}
        touched = sorted((q for q in questionnaires if shares[q.id]), key=lambda q: (-shares[q.id], q.title))
        chief = tuple(q for q in touched if all(shares[q.id] >= _share(q, other) for other in chains))
        found.append(ChainAgencies(chain, chief, tuple(q for q in touched if q not in chief)))
    return [group for group in found if group.chief or group.others]


def _share(questionnaire: Questionnaire, chain: str) -> float:
    """The part of a questionnaire’s scenario weight that lies in one chain, 0 to 1."""
    total = sum(s.weight for s in questionnaire.scenarios)
    return sum(s.weight for s in questionnaire.scenarios if s.chain == chain) / total
