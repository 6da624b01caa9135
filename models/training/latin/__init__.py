"""The reader of Latin handwriting: ``python -m models.training.latin --data FOLDER`` makes its weights."""
