"""Celery tasks that perform owed jobs, the start of web and worker together, and the command line."""
