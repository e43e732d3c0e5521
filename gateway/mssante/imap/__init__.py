r"""
The mailboxes of professionals, over IMAP (RFC 3501). Notes on how it works.

**Who calls whom.** ``service`` listens and makes, for each client, an
`ImapConnection` (bytes) that is owned by an `ImapSession` (what is known of the
client). ``commands`` is the table of all commands: in which states each is allowed,
and the function that runs it. ::

    Twisted ─▶ connection ─▶ session.run ─▶ commands ─▶ sign_in · folders · lists
                   ▲                                   statuses · quotas · changes
                   │                                   fetch · search · idle · resync
                   └──── untagged, complete, stream ◀─────────────┤
                                                                  ▼
                               mail_store ─▶ threads (reading) · writer (commits)

What a command may be asked is read by ``syntax``, ``sets``, ``dates``,
``folder_names``, ``fetch_items``, ``search_keys`` and ``uploads``; ``format`` writes
the answers; ``refusals`` says how a command is answered NO, ``damage`` what is told of
a message that cannot be read. ``view`` is what the client was told of its folder,
``watch`` notices what others changed there. ``places`` counts the connections.

**Where it runs.** Everything but the jobs given to `MailStore` runs on the loop, and
nothing else runs there between two awaits: there are no locks. A job gets a unit of
work and runs in a thread, one that writes in the writer's, perhaps twice; it must not
touch the session.

**States of a session** (RFC 3501 §3).

=========  =================================================  ======================
state      entered by                                         left by
=========  =================================================  ======================
``unauth`` the connection; on 143 before and after STARTTLS   AUTHENTICATE EXTERNAL
``auth``   AUTHENTICATE; CLOSE, UNSELECT, a SELECT that fails SELECT, EXAMINE
``select`` SELECT, EXAMINE                                    CLOSE, UNSELECT, DELETE
closed     LOGOUT, BYE, an abort, the client's leaving        nothing
=========  =================================================  ======================

Beside them ``secured`` says whether TLS is on. On 993 the handshake comes first, then
the certificate is judged, then the greeting; on 143 the greeting, STARTTLS, the
handshake, the judgement, and no second greeting (RFC 3501 §6.2.1).

**States of a connection.** It reads a line, or a literal (raw mode), or it is paused:
while a command runs, while a literal is decided on, while a certificate is judged.
``_later`` starts such a coroutine, and ``_ready`` reads on when it ends. A command that
needs one line more (IDLE its DONE, AUTHENTICATE its answer) asks for it by
``next_line``. After ``drop`` ``closed`` is true, and nothing more is written.

**What may wait, and how long.**

- a certificate: ``handshake_seconds`` from the first byte, then BYE, or an end without
  a word while the handshake goes on; sign-in, with all before it: ``login_seconds``;
- the next command, or IDLE's DONE: ``idle_seconds`` (30 minutes, no less than RFC 3501
  §5.4 asks for); no clock runs while another command does;
- a literal: 15 minutes, and never longer than ``idle_seconds`` between two pieces;
- a client that does not read a long answer: 2 minutes without a byte taken;
- a message larger than a megabyte: for one of 8 places to be in memory; a SEARCH that
  reads texts: for one of 2; an APPEND: not at all, it hears UNAVAILABLE;
- the end: 10 seconds for TLS's good-bye; 2 seconds for all when the service stops.

**Traps.**

- *Literals* (RFC 3501 §4.3, RFC 7888). What comes without being asked for is there
  already: too large, it can only end the connection. One that is asked for is refused
  before ``+``: APPEND's folder, size and quota are looked at then, and again in the
  commit, for both may have changed.
- *Bytes behind STARTTLS* came in clear, from anybody: they end the connection.
- *EXPUNGE renumbers.* It is never sent during FETCH, STORE or SEARCH (RFC 3501 §7.4.1):
  changes of others set ``stale`` and are told at the end of a command that ``syncs``.
  Numbers are those of the `View`, never of the database.
- *The client may be gone after any await*: what writes then asks ``closed`` first, and
  what was taken (a place, room for an upload) is given back in ``finally``.
- *A long answer* goes out by ``stream``, which waits for the transport to have room; a
  plain write never waits, and is for single lines.
- *A refusal is an exception made anew each time*, of a kind that the writer does not
  log: one that is kept and raised again keeps every traceback it had.
- *A connection without a certificate is anybody's*: such ones are counted at each door
  apart, and the oldest of the address that has most of them gives way (``places``).
  Once the certificate is believed, the connection counts to it.
- *Numbers of changes* (``mod_seq``) are told of what the session was told, never of
  what the database has by now: a client that comes back with the highest number must
  have heard all up to it. What it changed itself is newer than the rest of its view
  (`View.mod_seq_of`), until all is told; CLOSE says a number then, and else none.
- *Two sessions, one \Recent*: what is recent is taken in a transaction, by the session
  that is told of it (`Folders.claim_recent`), never read and then moved.
- *UIDs follow the order of delivery*, which need not be that of reception: two workers
  file at once, and a letter that is tried again comes later. It is the order in which
  RFC 3501 §2.3.1.1 wants them, INTERNALDATE goes with it, and no UID appears below one
  that a client has seen: a folder's next UID is taken under a lock, to the commit.
- *The next command may begin inside* ``resumeProducing``: LineReceiver then takes what
  waits in its buffer. Nothing may come after that call.
"""
