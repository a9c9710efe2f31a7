"""The examples of the OpenAPI document."""

from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from app.api import (
    admin,
    analytics,
    audit,
    events,
    experiments,
    facets,
    health,
    index_facts,
    judgments,
    keys,
    merchandising,
    product_changes,
    products,
    push_queries,
    queries,
    query_report,
    rules,
    search,
    suggest,
    synonyms,
    ubi,
    wanted,
)
from app.api.examples import read_examples
from app.main import create_app
from app.settings import Settings

APP = create_app(Settings())
EXAMPLES = read_examples()
PARTS = (
    experiments,
    analytics, audit, push_queries, events, facets, admin, health, products, product_changes,
    queries, rules, search,
    suggest, synonyms, ubi, wanted, index_facts, judgments, keys,
    merchandising, query_report,
)  # fmt: skip


def shown() -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, operations in APP.openapi()["paths"].items()
        for method, operation in operations.items()
    }


def test_every_operation_shows_an_answer() -> None:
    for name, operation in shown().items():
        answers = [operation["responses"].get(status) for status in ("200", "201", "202")]
        content = next(answer for answer in answers if answer)["content"]["application/json"]
        assert content["example"] == EXAMPLES[name], name
    assert set(shown()) == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_of_the_answers_shape(name: str) -> None:
    method, path = name.split(" ")
    models = [
        route.response_model
        for router in (*(part.router for part in PARTS), keys.own)
        for route in router.routes
        if isinstance(route, APIRoute) and route.path_format == path and method in route.methods
    ]
    assert len(models) == 1
    if models[0] is not None:
        TypeAdapter(models[0]).validate_python(EXAMPLES[name])
