"""
The doors mail comes in by, over SMTP (RFC 5321). Notes on how they work.

**Who calls whom.** ``doors`` listens and makes, for each peer, an `SmtpConnection`
(lines, TLS, time) that is owned by an `SmtpSession` (what each command does). ::

    asyncio ─▶ connection ─▶ session.obey ─▶ admission   may this peer send, to whom?
                  │  ▲                    └▶ reception   keep it, then say 250
                  │  └── say, read_body, secure ◀── session
                  ▼
     command_lines · body · extensions

``extensions`` has the keywords of EHLO and reads the arguments of MAIL and RCPT;
``replies`` has every reply, ``replying`` says which of them an answer of
`gateway.reception` gets; ``limits`` counts connections, memory and disk. What all
connections of a door share is its `Doorway`; what all its sessions share, its `Intake`.

There are three doors: 25 for other operators and 587 for our own users, both with
STARTTLS (RFC 3207), and 465 for our own users with TLS first. The ports are settings;
the door decides what a certificate must be to get in.

**Where it runs.** On the loop, one task a connection, begun by aiosmtpd. Of aiosmtpd
the protocol class is used, with its timer and its streams; its loop, its commands and
its controller are not. What blocks (certificates and the database in ``admission``, a
large content in ``reception``) runs in a thread, and the commit in the writer's. With
``processes`` above 1 each process has doors of its own on the same ports, and its share
of the limits.

**States.** There is no table of states: a session knows seven things, and each command
asks those it needs.

====================  ==============================  ==================================
what                  set by                          cleared by
====================  ==============================  ==================================
``secured``           the handshake                   nothing
greeted               EHLO, HELO                      STARTTLS
signed in, as whom    AUTH, on the doors of users     nothing
entitled              the certificate's verdict       a verdict that it no longer is
proven                the first verdict that is good  nothing
transaction           MAIL, with its recipients       RSET, EHLO, STARTTLS, DATA
refusals              each ``554`` of a peer that is  nothing; three are heard, then the
                      not entitled                    connection ends
====================  ==============================  ==================================

In clear only EHLO, STARTTLS and what changes nothing is done. A certificate is judged
at EHLO inside TLS, and again at each MAIL, with the lists as they are then.

**What may wait, and how long.**

- a whole connection: ``session_seconds``, whatever is done on it;
- a certificate that may send: ``prove_seconds``; until then the connection is counted
  apart, and the oldest of these gives way when there are too many;
- the next whole command: ``command_seconds``, not begun again by each byte;
- a handshake: ``handshake_seconds``; a body, dots and all: ``data_seconds``;
- a peer that does not take its replies: only beyond 64 kB of them is it waited for,
  ``command_seconds``;
- a message that is refused for its size or its form is read to its end, up to twice
  the limit, so that none of it is taken for a command;
- the end: 5 seconds for the last reply and TLS's good-bye; when the service stops, a
  message under way has ``stop_seconds`` and is then told ``421``.

**Traps.**

- *What ends a line or a body* is CRLF, and CRLF.CRLF, and nothing else, or two
  programs see two messages where there is one.
- *Bytes behind STARTTLS* came in clear, from anybody: they end the connection, and
  nothing is read between the command and the handshake (RFC 3207 §4.2).
- *Bytes behind DATA* that did not wait for 354 may be commands for the next program;
  they end the connection. Other commands may be sent ahead (RFC 2920).
- *BDAT* is followed by its chunk at once: not offered, it ends the connection.
- *Replies are gathered* (``say``) and leave together before anything is waited for
  (``speak``): who awaits without `speak` lets the peer wait too.
- *The reader's buffer* is a private part of asyncio's `StreamReader`. ``connection``
  looks whether there is more in it; ``body`` gives back what it read too much.
- *A refused handshake* ends the transport without its alert: ``farewells`` sends it, on
  a duplicate of the socket that stays open until the peer has had time to read it.
- *A connection counts from its first moment*: where TLS comes first `_TlsFirst` accepts
  by itself, because `create_server` tells only of handshakes that went well.
- *250 is a promise.* `SmtpSession` gives what ``reception`` returned and nothing of its
  own; no reply tells that a patient objected.
"""
