"""What a brought tagger's tags mean here."""
