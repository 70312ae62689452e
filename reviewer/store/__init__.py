"""The only SQL in the program, and the array files beside it."""
