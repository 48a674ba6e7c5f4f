"""Who asks, known for certain or not at all.

``gate`` takes a request's headers and gives an ``Identity``: of the API's token, of a named token, of a JSON Web Token
that an OpenID Connect provider signed (``bearer``), or of what an Application Load Balancer says and signs (``alb``).
``fetching`` gets the signers' keys, bounded in time and size, and ``keys`` keeps them. ``audit`` writes down who did
what and why.

PyJWT verifies, and is loaded only where a provider is named. A token that cannot be verified is nobody's: it is refused
where a right is needed, and looks like no token at all where everybody may read.
"""
