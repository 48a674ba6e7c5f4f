"""The other replicas, so that whichever one is asked answers for the whole fleet.

A replica knows what it keeps (``controller.lease``). Of the rest it knows who keeps it and where that one is asked,
from the lease table's rows; and asks there what a reader asked here, over the same API.

``advertised``     at which address this replica is asked: as it was told, or as ECS says.
``wire``           one question over HTTP: bounded in time and size, nothing followed, no proxy, nothing repeated.
``contacts``       whom to ask, a few questions at once, and nobody again at once who did not answer.
``merged``         how what they said goes into what is known here. Pure.
``details``        the services of theirs that somebody watches here, each whole.
``follower``       keeps up with their lines, and with what happened there: what is new, once a second, while somebody
                   looks.
``neighbourhood``  what the routes ask: a service, its history, all services, each as the replica has it that keeps it.

**What is asked** is what anybody may read. No token and no cookie goes along, nor does anything that a reader sent but
the names in the path, so that nothing secret crosses between replicas and none has to believe another's word: what a
reader may do (``actions``) is put in by the replica that knows who reads. A question says by a header which replica it
is meant for. Whoever is asked so answers from what it keeps itself and asks no further; one that is not meant, or does
not keep the service, says 421, and whoever asked falls back to what it knows alone. Orders do not come this way, but
through the lease table. Logs do not either: whoever is asked reads them from AWS itself.

**No line is counted twice**, since a neighbour is told those of what this replica keeps itself, and a line counts only
from the replica that keeps the service by one's own reading of the lease table.

**What happened is told on**, all of it, since a replica that comes again has nobody else to learn from what it saw
before. It goes into the journal under the name that it has everywhere, once; what comes back is known already and no
news, so that nothing goes round.

**What is not known is not made up.** Where a neighbour does not answer within two seconds, its last lines count for
fifteen more; then, as where nobody can be asked, there is said which replica keeps it. One that kept silent is left
alone for five seconds, and asked again without anybody waiting for it.

**While nobody looks nothing is asked**, and AWS is never asked on behalf of a list.
"""
