"""The settings page: values, keys, and which of them an open review takes live."""
