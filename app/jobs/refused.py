"""How a command says no; imports nothing heavy, so that every command starts quickly."""


class Refused(Exception):
    """A command cannot go on; the message is one plain sentence."""
