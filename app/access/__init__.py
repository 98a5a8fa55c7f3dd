"""Who may see and touch what, compiled to SQL. A record comes to hand only by a right."""
