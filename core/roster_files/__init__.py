"""Rosters as schools have them (xlsx, xls, CSV, DBF, pasted text) read into candidates."""

from core.roster_files.candidates import RosterReading
from core.roster_files.merging import merge_roster
from core.roster_files.reading import read_pasted, read_roster

__all__ = ["RosterReading", "merge_roster", "read_pasted", "read_roster"]
