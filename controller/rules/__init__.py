"""The operator's files: what may run (``guard_rails``), who may do what (``roles``); not of those who write Git.

``reading`` makes frozen pydantic models of a YAML file, or all that is wrong with it, each at its place. A file is read
once at the start and refused as a whole where a part of it cannot be used: half a rule is no rule.
"""
