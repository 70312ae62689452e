"""The page of figures: statistics, scores, tags; tables and plots."""
