"""What Algolia's clients and widgets ask under `/1`: docs/moving.md."""
