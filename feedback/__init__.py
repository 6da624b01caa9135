"""Marks to what people read: statistics, workbooks, error books, reviews."""
