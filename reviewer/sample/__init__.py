"""The sample collection: illustrations that the program draws itself, with known truth."""
