"""What a teacher's marks of one item teach: text features, learners, odds of steps. Imports scikit-learn late."""
