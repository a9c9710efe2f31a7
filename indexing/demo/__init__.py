"""The demo shop: a catalogue, its queries and their judgments, made from a seed."""
