"""Tables, column types, roles and the session; knows no domain word."""
