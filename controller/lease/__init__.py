"""Many replicas: who keeps what, agreed on through one DynamoDB table, and time that is nobody's but one's own.

A replica has a row of its own in the table, which it renews every fifth of the lease's length, and reads the whole
table twice as often. A *shard* is an account in a region; its row says which replica took it last. So the lease is the
replica's, however many shards hang on it, and costs the same for one shard as for a hundred.

``sharing``    which replica is to keep which shard: level, and with the fewest that move. Pure.
``beliefs``    what a replica believes from what it read, and what it writes next. Pure: time is an argument.
``turf`` ``view``   what follows from that, for the loop and for whoever asks. Pure.
``keeper``     the thread: reads, believes, writes; the workers' question whether a shard is theirs, and the gate.
``sole``       what stands in its place without a table.

**Why two never act on the same shard.** A replica acts until a deadline: the moment *before* it sent its last renewal
that was answered well, plus the lease's length, less a margin of three tenths. Whoever wants its shards must first
take out its row; and does so only after having itself seen the row with the same count for the whole length of the
lease, counted from the moment *after* the count was first read, on the condition that the count is still the same. The
first began before the second, both are counted on clocks that only go forward, and the margin is for those that do so
at different speeds. No moment of the day is ever written or compared. A row that is out never comes back: each id joins
once, and a replica that finds itself out begins anew under another.

A shard is taken from a replica that is not there any more: one reading showed it as the holder, and a later one did
not show it at all. Rows are written on the condition that they still read as they did; each taking has a number, the
*epoch*. A replica that gives a shard back lets the steps in hand end first, and from the moment of the attempt never
believes in that epoch again, whatever became of the write. A step that began in one epoch changes nothing in another.

**What a person asks** of a replica that does not keep the service is a row too, an *errand*: whoever keeps it does it
and takes the row out. Done twice it is no harm, since what was tried after a person spoke has spent the order; asked of
a release that is not wanted any more, it is let go.

**Where each is asked.** A replica's row says at which address the others reach its HTTP face, or nothing where it does
not know. What they ask there is the faces' matter (``controller.web.neighbours``); nothing of the lease hangs on it.

**What AWS hears late.** AWS takes no epoch with a call, so a replica that is stopped between the gate and the wire
sends the one call that it was about to send when it goes on. The gate is asked for each action, and once more as the
bytes are about to leave (``reconcilers.aws.session``). The next sweep of whoever keeps the shard by then puts right
what such a call did.
"""
