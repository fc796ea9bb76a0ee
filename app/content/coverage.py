"""What the questionnaires cover and what they leave out, as tables to read: for authors, and for whoever doubts.

Agency × stage × act; actors; the order of exposure that the baselines give; claims cited and not cited.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from app.content.authoring import Agency, AuthoredScenario, Claim
from app.content.checks.references import every_question, placed_questions
from app.content.sources import Sources

Table = list[Sequence[str]]


def coverage(sources: Sources) -> str:
    """Every table, with its heading."""
    parts = {
        "Stages and acts of each agency": _stages(sources),
        "Stages, acts and actors that nobody covers": _gaps(sources),
        "Order of exposure: weighted mean of the baselines, by chain": _exposure(sources),
        "Claims that staff could be asked about": _claims(sources),
        "… not cited by a question, scenario or recommendation": _listed(_uncited(sources, "measure")),
        "Recommendations of the sources that are in no recommendation of ours": _listed(_uncited(sources, "advice")),
    }
    return "\n\n".join(f"{heading}\n{_drawn(table)}" for heading, table in parts.items())


def scenarios_of(sources: Sources, agency: Agency) -> list[AuthoredScenario]:
    """The scenarios that an agency has."""
    return [scenario for scenario in sources.scenarios.values() if agency.id in scenario.baseline]


def cited(sources: Sources) -> Counter[str]:
    """How often each claim is cited by a question, a scenario or a recommendation."""
    lists: list[Iterable[str]] = [question.evidence for question, _ in every_question(sources)]
    for agency in sources.agencies.values():
        lists += [question.evidence for question, _ in placed_questions(sources, agency)]
    for scenario in sources.scenarios.values():
        lists += [scenario.evidence, *(baseline.evidence for baseline in scenario.baseline.values())]
    return Counter(name for names in lists for name in names) + _advised(sources)


def _advised(sources: Sources) -> Counter[str]:
    return Counter(name for recommendation in sources.recommendations.values() for name in recommendation.evidence)


def _stages(sources: Sources) -> Table:
    table: Table = [("agency", "stage", "scenarios", "acts")]
    for agency in sources.agencies.values():
        own = scenarios_of(sources, agency)
        for chain in sources.chains.chains:
            if all(scenario.chain != chain.id for scenario in own):
                continue
            for stage in chain.stages:
                here = [scenario for scenario in own if scenario.stage == stage.id]
                acts = sorted({act for scenario in here for act in scenario.acts})
                said = ", ".join(acts) or f"left out: {agency.stages_left_out.get(stage.id, 'no reason given')}"
                table.append((agency.id, stage.id, str(len(here)) if here else "–", said))
            for act, reason in agency.acts_left_out.get(chain.id, {}).items():
                table.append((agency.id, f"({chain.id})", "–", f"{act} left out: {reason}"))
    return table


def _gaps(sources: Sources) -> Table:
    table: Table = [("chain", "what")]
    scenarios = list(sources.scenarios.values())
    for chain in sources.chains.chains:
        here = [scenario for scenario in scenarios if scenario.chain == chain.id]
        acts = {act for scenario in here for act in scenario.acts}
        stages = {scenario.stage for scenario in here}
        table += [(chain.id, f"stage {stage.id}") for stage in chain.stages if stage.id not in stages]
        table += [(chain.id, f"act {act}") for act in chain.acts if act not in acts]
        for actor, agencies in chain.actors.items():
            missing = [agency for agency in agencies if not _takes_part(sources, agency, chain.id)]
            table += [(chain.id, f"{actor}: {agency}") for agency in missing]
    return table


def _takes_part(sources: Sources, agency: str, chain: str) -> bool:
    return agency in sources.agencies and any(
        scenario.chain == chain for scenario in scenarios_of(sources, sources.agencies[agency])
    )


def exposure(sources: Sources, agency: Agency, chain: str = "") -> float | None:
    """The weighted mean of an agency’s baselines along one chain, or along all; None where it has no scenario."""
    here = [scenario for scenario in scenarios_of(sources, agency) if chain in ("", scenario.chain)]
    weights = [_weight(scenario, agency.id) for scenario in here]
    values = [float(scenario.baseline[agency.id].value) for scenario in here]
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights) if here else None


def _exposure(sources: Sources) -> Table:
    chains = [chain.id for chain in sources.chains.chains]
    rows = []
    for agency in sources.agencies.values():
        counts = Counter(float(s.baseline[agency.id].value) for s in scenarios_of(sources, agency))
        means = [exposure(sources, agency, chain) for chain in (*chains, "")]
        rows.append((means, agency.id, [str(counts[value]) for value in (4.0, 3.5, 3.0)]))
    rows.sort(key=lambda row: (*(-(mean or 0) for mean in row[0]), row[1]))
    shown = [(name, *("–" if m is None else f"{m:.2f}" for m in means), *counts) for means, name, counts in rows]
    return [("agency", *chains, "all", "at 4", "at 3.5", "at 3"), *shown]


def _weight(scenario: AuthoredScenario, agency: str) -> float:
    return float(scenario.weight[agency].value if isinstance(scenario.weight, dict) else scenario.weight)


def _claims(sources: Sources) -> Table:
    counts = cited(sources)
    table: Table = [("document", "claims", "cited", "share")]
    measured = [claim for claim in sources.claims.values() if claim.measure]
    for document in [*sources.documents, ""]:
        here = [claim for claim in measured if not document or claim.document == document]
        found = sum(counts[claim.id] > 0 for claim in here)
        if here:
            table.append((document or "all", str(len(here)), str(found), f"{found / len(here):.0%}"))
    return table


def _uncited(sources: Sources, which: str) -> Iterator[Claim]:
    counts = cited(sources) if which == "measure" else _advised(sources)
    for claim in sources.claims.values():
        wanted = claim.measure if which == "measure" else claim.kind == "recommendation"
        if wanted and not counts[claim.id]:
            yield claim


def _listed(claims: Iterable[Claim]) -> Table:
    return [("claim", "section", "words"), *((claim.id, claim.section, claim.claim) for claim in claims)]


def _drawn(table: Table) -> str:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    widths[-1] = 0  # the last column may be as long as it likes
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in table)
