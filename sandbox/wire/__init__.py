"""AWS's wire protocols, read and written from botocore's own service models.

One walk over a shape reads what came in (``reading``), one writes what goes out (``writing``): unknown members fall
away, wrong types are refused, timestamps are aware UTC datetimes. What differs between the protocols is how a leaf is
spelt, and the envelope (``protocols``): awsJson 1.0 and 1.1, query (``forms`` in, ``xml`` out) and Smithy RPC v2
(``cbor``). ``refusals`` are errors in every style that AWS has; ``models`` finds services, operations and the names of
errors.
"""
