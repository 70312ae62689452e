"""The sample collection: illustrations that the program draws itself, with known truth."""

from reviewer.sample.write import SampleSummary, read_truth, write_sample

__all__ = ["SampleSummary", "read_truth", "write_sample"]
