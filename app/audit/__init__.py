"""The record: what was done, read and refused, in a tree that an outsider can check."""
