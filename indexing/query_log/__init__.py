"""What the shop's queries are to each other: the batch part of every query surface."""
