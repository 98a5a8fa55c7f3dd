"""Dated clauses of law and policy, limits and their clocks, the discipline matrix."""
