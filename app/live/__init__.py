"""The living index at work: one process of a machine writes its states, every worker follows."""
