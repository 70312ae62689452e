"""How good the tags are: random samples, vetted images, labels made worse on purpose."""
