"""A working agency to look at: made up, marked so on every page, worked through the same services as a real one."""
