"""The tagger: images and label arrays in; scores, embeddings and versions out."""
