"""Tables, repositories and the unit of work."""

from core.store.outputs import AuditLine, Output, Release
from core.store.unit_of_work import Store, UnitOfWork

__all__ = ["AuditLine", "Output", "Release", "Store", "UnitOfWork"]
