"""When two queries are the same to what was learnt of them."""


def query_key(text: str) -> str:
    """Case and spaces make no difference. Empty for browsing, of which nothing is learnt."""
    return " ".join(text.casefold().split())
