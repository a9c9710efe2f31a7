"""What the reranker did to one product, in words: for explanations and reports."""

from ranking.rerank.policy import DiversityPolicy
from ranking.rerank.reasons import Reason
from ranking.rerank.rerank import Reranked


def describe(reranked: Reranked, position: int, policy: DiversityPolicy) -> str:
    """One sentence on the product at this place (0-based) of the new order.

    "kept", "up 3: others were moved", "down 5: nearly identical to the product of rank 2",
    "down 4: at most 2 of one brand in 10 positions". Ranks are 1-based, by score.
    """
    if reranked.bypassed is not None:
        return f"kept: {reranked.bypassed}"
    shift = int(reranked.shift[position])
    reason = Reason(int(reranked.reason[position]))
    cause = int(reranked.cause[position])
    moved = "kept" if shift == 0 else f"{'up' if shift > 0 else 'down'} {abs(shift)}"
    why = ""
    if reason is Reason.NEAR_IDENTICAL:
        rank = 1 + _rank_by_score(reranked, cause)
        why = f": nearly identical to the product of rank {rank}"
    elif reason is Reason.SPREAD:
        why = f": spread by {policy.spread}"
    elif reason is Reason.CAP:
        cap = policy.caps[cause]
        why = f": at most {cap.most} of one {cap.key} in {cap.window} positions"
    elif reason is Reason.MADE_ROOM and shift != 0:
        why = ": others were moved"
    flags = int(reranked.broken[position])
    gave_way = [cap.key for number, cap in enumerate(policy.caps) if flags >> number & 1]
    if gave_way:
        why += f"; the cap on {', '.join(gave_way)} gave way, nothing else was relevant enough"
    return moved + why


def _rank_by_score(reranked: Reranked, product: int) -> int:
    place = int((reranked.order == product).argmax())
    return place + int(reranked.shift[place])
