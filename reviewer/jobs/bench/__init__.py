"""`reviewer bench`: what this machine can do, beside its limits."""
