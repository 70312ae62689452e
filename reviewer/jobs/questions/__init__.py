"""From scores, tags and answers to questions, and to what stands beside a question."""
