"""Ranking and learning: evidence and answers in, ordered questions out.

`rank` is the whole of it; `prepare` and `rank_again` are its slow and its quick half.
"""

from reviewer.core.ranking.candidates import Candidates, Scope
from reviewer.core.ranking.evidence import UNSURE, Answers, ArrayEvidence, Evidence
from reviewer.core.ranking.neighbours import NeighbourGraph, neighbour_graph, neighbour_logit
from reviewer.core.ranking.order import ORDERS, order_by
from reviewer.core.ranking.pace import Pace, measured_pace
from reviewer.core.ranking.queues import RankedQueues
from reviewer.core.ranking.rank import RankOptions, prepare, rank, rank_again
from reviewer.core.ranking.targets import missing_chances

__all__ = [
    "ORDERS",
    "UNSURE",
    "Answers",
    "ArrayEvidence",
    "Candidates",
    "Evidence",
    "NeighbourGraph",
    "Pace",
    "RankOptions",
    "RankedQueues",
    "Scope",
    "measured_pace",
    "missing_chances",
    "neighbour_graph",
    "neighbour_logit",
    "order_by",
    "prepare",
    "rank",
    "rank_again",
]
