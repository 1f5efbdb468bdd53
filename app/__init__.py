"""Clear Sky: the shared record of environmental cooperation between Korea and China."""

__version__ = "0.1.0"
