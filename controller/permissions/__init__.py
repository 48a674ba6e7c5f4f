"""The least that Trueup's role must be allowed, for exactly the services of a repository.

``needed`` knows which call is made for what and which resource AWS scopes it to (Service Authorization Reference);
``statement`` is what both are written in; ``documents`` writes them as IAM's JSON and keeps within its size. Pure:
compiled services and what the operator switches on in, documents out, one for each role that calls.
"""
