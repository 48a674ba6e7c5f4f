"""The real daemon, killed at every call it makes to AWS, and started again. ``make crash`` does them all."""
