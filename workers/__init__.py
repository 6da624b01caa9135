"""The Celery application and the command line."""
