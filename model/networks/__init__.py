"""Networks that other programs trained, as backbones: one module for each way of building one."""
