"""Told, not asked: what happens is told to channels, each fact once.

The pieces, in the order in which a fact passes through them:

``notifier`` ``inbox``   the loop's observer puts what was seen into an inbox and returns: the loop's workers call
                       nobody.
``scribe``             a thread of its own reads on, and asks AWS what that takes.
``ledger`` ``news``      what one channel was told of one service, and what is new compared with it. Pure.
``pending``            what waits for a channel, service by service, a few facts each.
``courier``            one thread a channel: deliver, write down, or wait and try again.
``claims``             whose turn it is, of several replicas; and the tag that says what was told.
``slack`` ``github`` ``gitlab`` ``cloud_events``   a fact in the words of a receiver, and its answer understood.
``tags`` ``book``        where ledgers are kept: a tag on the ECS service, and a file beside the repository's mirror.
``places``             where they are while AWS has no such service: in notes of the lease table, if there is one.
``configuration`` ``reading`` ``secret`` ``channels``   what the operator says.

**Level, not edge.** A channel's ledger says what it was told: the newest rollout and how it stood, the drift and the
obstacle that were told and have not ended. On each look at a service what stands is compared with it. So what happened
while no daemon ran, or while a receiver was away, is found again: AWS's record of deployments tells those that began
and ended meanwhile, an open drift or hold stands until it ends. A service about which nothing was ever told begins with
what happened in the last hour.

**Where it is kept.** In a tag of the service, ``trueup:told:<channel>``: Trueup keeps no database, and a tag goes where
the service goes, survives every disk, and is seen by all replicas. One tag a channel, because one may be away while the
others are told. Nobody compares it: a look at a service reads no tags, and what Git declares of tags is not Trueup's to
heal. ECS itself copies it onto tasks where the service says ``propagateTags: SERVICE``. The file holds the same for
this disk, and alone what has no tag: services under ``sync: observe``, which are never written, and without a lease
table those that AWS does not have. With the file lost, those are told again if they still stand. What happened to the
repository is kept by the first service that can.

**Once.** For each fact and channel: read the tag; write a claim into it; let it settle for a second and read it again;
deliver; write what was told into the file; write it into the tag, which takes the claim off. Tags have no conditional
write, so the claim is a bakery of two: of replicas that claim at the same time the one that wrote last finds itself,
and the other waits until the first has told, or for two minutes. A ledger has a number, by which replicas see that
another one has told more; what nobody wanted to be told is passed over and does not count.

- While one daemon runs, nothing is told twice, except where the answer to a request was lost: a receiver that took it
  and did not say so (a time-out, a broken connection, a daemon killed between the request and its answer, or with its
  disk lost before the tag was written) is asked again. Of the two things that can be done then, silence or a repeat,
  this is the one that loses nothing. A commit's status and a deployment are the same when told again; a CloudEvent
  carries the same ``id`` and ``webhook-id``, so that receivers can drop it; Slack shows it again, since nothing in a
  message to it is a name that it knows again.
- Two replicas at once tell a fact once as long as a write of a tag arrives within a second. A replica that stalls for
  longer between its claim and its second look may repeat one.
- A tag that AWS does not take (throttling) is owed, and written later. Where tags cannot be written (no permission,
  fifty tags) the file alone is left, and two replicas both tell; it is tried again after a quarter of an hour.

**Never lost, never slow.** A receiver that hangs or fails keeps its own thread busy and nobody else's. Tries are
further apart each time, up to five minutes, or as Retry-After says. Up to twelve facts of a service wait; of more,
what is open and how the newest rollouts went: what came and went unheard is not told. Nor is an order that waits while
its daemon ends: it stands in no record of AWS's or Git's. What can never be taken (the
receiver says that the message itself is wrong) is logged, counted and given up; what merely fails lets the other
services pass.
"""
