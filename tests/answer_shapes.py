"""The documented shape of a search's answer, to hold real ones against."""

from pydantic import TypeAdapter

from app.api.schemas import SearchAnswer

SEARCH_ANSWER = TypeAdapter(SearchAnswer)
