"""Secrets that the daemon needs: where they stand, and what they are now.

``reference`` reads how the operator names one; ``reading`` fetches it, from a file, AWS Secrets Manager or the SSM
Parameter Store, and remembers it for a few minutes. ``tokens`` are what Git is shown: a secret as it stands, or a
GitHub App's installation token (``github_app``), made with the App's key and renewed before it ends.

A value is never part of an error, a log line or a repr, and never an argument of a process.
"""
