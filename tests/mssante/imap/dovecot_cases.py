"""What is played against the gateway and against Dovecot: messages, and dialogues."""

from __future__ import annotations

_REPORT = (
    b"From: a@b.test\r\nSubject: Lu: Courrier\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/report; report-type=disposition-notification;\r\n"
    b'\tboundary="r"\r\n\r\n--r\r\nContent-Type: text/plain; charset=utf-8\r\n'
    b"Content-Transfer-Encoding: 8bit\r\n\r\nLu \xc3\xa0 midi.\r\n"
    b"--r\r\nContent-Type: message/disposition-notification\r\n\r\n"
    b"Final-Recipient: rfc822;a@b.test\r\n"
    b"Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n"
    b"--r\r\nContent-Type: message/delivery-status\r\n\r\n"
    b"Reporting-MTA: dns; b.test\r\n\r\nAction: failed\r\n\r\n"
    b"--r\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: Courrier\r\n"
    b"--r--\r\n"
)
_NESTED = (
    b"Subject: dehors\r\nFrom: x@y.test\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=o\r\n\r\n"
    b"--o\r\nContent-Type: message/rfc822\r\nContent-Description: joint\r\n\r\n"
    b"Subject: dedans\r\nFrom: c@d.test\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/alternative; boundary=i\r\n\r\n"
    b"--i\r\nContent-Type: text/plain\r\n\r\nun\r\n"
    b"--i\r\nContent-Type: text/html\r\n\r\n<p>un</p>\r\n--i--\r\n\r\n"
    b"--o\r\nContent-Type: message/rfc822\r\n\r\n"
    b"Subject: simple\r\n\r\ncorps\r\n"
    b"--o--\r\n"
)

MESSAGES: dict[str, bytes] = {
    "plain": (
        b'From: "Dr. A, B" <a@peer.test>\r\nTo: <c@h.test>, D <d@h.test>\r\n'
        b"Cc: e@h.test\r\nSubject: =?utf-8?q?Compte_rendu?=\r\n"
        b"Date: Sat, 21 Nov 2026 09:00:00 +0100\r\nMessage-ID: <1@peer>\r\n"
        b"In-Reply-To: <0@peer>\r\nReply-To: r@peer.test\r\nSender: s@peer.test\r\n"
        b"\r\nBonjour\r\nle monde\r\n"
    ),
    "mixed": (
        b"From: a@b.test\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\npreambule\r\n'
        b"--b\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\n"
        b"Content-ID: <i@d>\r\nContent-Language: fr, en\r\n"
        b"Content-Location: http://x.test/a\r\nContent-MD5: Q2hlY2s=\r\n\r\nUn\r\n"
        b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n"
        b'Content-Disposition: attachment; filename="a b.pdf"; size=4\r\n'
        b"Content-Description: =?utf-8?q?r=C3=A9sultat?=\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n"
        b"--b--\r\nepilogue\r\n"
    ),
    "nested": _NESTED,
    "report": _REPORT,
    "digest": (
        b"Subject: d\r\nContent-Type: multipart/digest; boundary=d\r\n\r\n"
        b"--d\r\n\r\nSubject: un\r\n\r\nA\r\n"
        b"--d\r\n\r\nSubject: deux\r\n\r\nB\r\n--d--\r\n"
    ),
    "encoded message": (
        b"Subject: d\r\nContent-Type: multipart/mixed; boundary=d\r\n\r\n"
        b"--d\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n"
        b"\r\nU3ViamVjdDogeA0KDQp5DQo=\r\n--d--\r\n"
    ),
    "bare LF": b"Subject: lf\nFrom: a@b.test\n\nUn\nDeux\n",
    "mixed line ends": b"Subject: lf\r\nFrom: a@b.test\n\r\nUn\r\nDeux\n\nTrois\r\n",
    "bare CR": b"Subject: cr\r\n\r\nUn\rDeux\r\n",
    "no body": b"Subject: rien\r\nFrom: a@b.test\r\n\r\n",
    "header alone": b"Subject: rien\r\nFrom: a@b.test\r\n",
    "no header": b"\r\nseulement un corps\r\n",
    "no last line end": b"Subject: x\r\n\r\nsans fin",
    "one attachment": (
        b"Subject: x\r\nContent-Type: application/pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n"
    ),
    "folded": (
        b"Subject: un\r\n deux\r\n\ttrois\r\nTo: a@b.test,\r\n c@d.test\r\n"
        b"X-Long: " + b"mot " * 60 + b"\r\n\r\ncorps\r\n"
    ),
    "groups": (
        b"From: Equipe: a@b.test, B <b@b.test>;\r\nTo: undisclosed-recipients:;\r\n"
        b'Cc: (rien) "Q \\"R\\"" <q@b.test>\r\n\r\ncorps\r\n'
    ),
    "8 bits": (
        b"Subject: \xc3\xa9t\xc3\xa9\r\nFrom: Ren\xc3\xa9 <r@b.test>\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n\xc3\xa9t\xc3\xa9\r\n"
    ),
    "twice": (
        b"Subject: un\r\nSubject: deux\r\nTo: a@b.test\r\nTo: c@d.test\r\n\r\nx\r\n"
    ),
    "no end": (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\nun\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>deux</p>\r\n"
    ),
    "no boundary": b"Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nun\r\n--b--\r\n",
    "empty parts": (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\r\n--b\r\n\r\n"
        b"--b--\r\n"
    ),
    "no parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\nrien\r\n--b--\r\n",
    "bad type": b"Content-Type: texte\r\nSubject: x\r\n\r\ncorps\r\n",
    "capitals": (
        b"SUBJECT: X\r\nCONTENT-TYPE: TEXT/HTML; CHARSET=UTF-8\r\n"
        b"CONTENT-TRANSFER-ENCODING: QUOTED-PRINTABLE\r\n\r\n=3Cp=3E\r\n"
    ),
    "rfc 2231": (
        b"Content-Type: application/pdf; name*=utf-8''r%C3%A9sum%C3%A9.pdf\r\n"
        b"Content-Disposition: attachment; filename*0=un; filename*1=deux\r\n\r\nx\r\n"
    ),
    "deep": (
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
        b"Content-Type: multipart/related; boundary=b; type=text/html\r\n\r\n--b\r\n"
        b"Content-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nun\r\n"
        b"--c\r\nContent-Type: text/html\r\n\r\n<p>un\r\n--c--\r\n--b\r\n"
        b"Content-Type: image/png\r\nContent-ID: <p>\r\n\r\nx\r\n--b--\r\n--a--\r\n"
    ),
}
"""By what is odd in each; both servers are given the same bytes."""

WHOLE = (
    "FLAGS UID INTERNALDATE RFC822.SIZE",
    "ENVELOPE",
    "BODY",
    "BODYSTRUCTURE",
    "BODY.PEEK[]",
    "BODY.PEEK[HEADER]",
    "BODY.PEEK[TEXT]",
    "RFC822.HEADER",
    "BODY.PEEK[]<0.10>",
    "BODY.PEEK[]<7.20>",
    "BODY.PEEK[TEXT]<3.5>",
    "BODY.PEEK[]<100000.5>",
    "BODY.PEEK[HEADER.FIELDS (SUBJECT TO X-None)]",
    "BODY.PEEK[HEADER.FIELDS.NOT (SUBJECT FROM CONTENT-TYPE)]",
    "BODY.PEEK[1]",
    "BODY.PEEK[1.MIME]",
    "BODY.PEEK[1.HEADER]",
    "BODY.PEEK[1.TEXT]",
    "BODY.PEEK[1.1]",
    "BODY.PEEK[1.2]",
    "BODY.PEEK[1.1.1]",
    "BODY.PEEK[1.2.MIME]",
    "BODY.PEEK[2]",
    "BODY.PEEK[2.MIME]",
    "BODY.PEEK[2.HEADER]",
    "BODY.PEEK[2.1]",
    "BODY.PEEK[3]",
    "BODY.PEEK[9]",
)
"""What is asked of each message."""

SEARCHES = (
    "ALL",
    "SEEN",
    "UNSEEN",
    "RECENT",
    "NEW",
    "OLD",
    "FLAGGED",
    "NOT FLAGGED",
    "KEYWORD $Un",
    "UNKEYWORD $un",
    "1:3",
    "*",
    "2:* 1:4",
    "UID 1:3",
    "UID 900:*",
    "FROM peer.test",
    "FROM a@b.test",
    "TO c@h.test",
    "CC e@h.test",
    "BCC x",
    'SUBJECT "compte rendu"',
    'SUBJECT ""',
    "SUBJECT DEUX",
    'HEADER X-Long ""',
    "HEADER X-Long mot",
    'HEADER In-Reply-To "<0@peer>"',
    "BODY bonjour",
    'BODY "le monde"',
    "BODY dedans",
    "TEXT dedans",
    "TEXT c@d.test",
    "TEXT a.pdf",
    "BODY a.pdf",
    "BODY JVBERg",
    "BODY preambule",
    "BODY epilogue",
    "TEXT mdn-sent-manually",
    "BODY mdn-sent-manually",
    "BODY reporting-mta",
    "CHARSET UTF-8 SUBJECT \xe9t\xe9",
    "CHARSET UTF-8 BODY \xe9t\xe9",
    "BODY <p>",
    "LARGER 300",
    "SMALLER 60",
    "SENTON 21-Nov-2026",
    "SENTBEFORE 21-Nov-2026",
    "SENTSINCE 20-Nov-2026",
    "SINCE 1-Feb-2025",
    "BEFORE 1-Feb-2025",
    "ON 1-Feb-2025",
    "OR SEEN FLAGGED",
    "NOT (SEEN FLAGGED)",
    "(OR 1 2) UNSEEN",
    "CHARSET KOI8-R ALL",
    "cHaRsEt us-ascii ALL",
    "NONSENSE",
    "FROM",
    "",
)

DIALOGUES: dict[str, tuple[str, ...]] = {
    "select": (
        "a SELECT {w}",
        "a EXAMINE {w}",
        "a SELECT {w}-none",
        "a FETCH 1 FLAGS",
        "a select {w}",
        "a CHECK",
        "a NOOP",
        "a CLOSE",
        "a NOOP",
        "a FETCH 1 FLAGS",
    ),
    "fetch": (
        "a SELECT {w}",
        "a FETCH 1 FAST",
        "a FETCH 1 ALL",
        "a FETCH 1 FULL",
        "a FETCH 1:2,4 FLAGS",
        "a FETCH *:3 UID",
        "a FETCH 9 FLAGS",
        "a FETCH 0 FLAGS",
        "a FETCH 1 (FLAGS FLAGS)",
        "a FETCH 1 ()",
        "a FETCH 1 NONSENSE",
        "a FETCH 1 BODY[MIME]",
        "a FETCH 1 BODY.PEEK[0]",
        "a FETCH 1 BODY[HEADER.FIELDS ()]",
        "a UID FETCH 2:3 FLAGS",
        "a UID FETCH 99 FLAGS",
        "a UID FETCH 99:* FLAGS",
        "a FETCH 1 BODY[TEXT]",
        "a FETCH 1 FLAGS",
        "a FETCH 2 RFC822.TEXT",
        "a FETCH 2 RFC822.HEADER",
        "a FETCH 3 BODY[]",
        "a FETCH 3 RFC822",
        "a FETCH 1:* FLAGS",
    ),
    "store": (
        "a SELECT {w}",
        "a STORE 1 +FLAGS (\\Flagged $Un)",
        "a STORE 1 +FLAGS (\\flagged)",
        "a STORE 1 +FLAGS.SILENT ($Deux)",
        "a STORE 1:2 -FLAGS ($un)",
        "a STORE 2 FLAGS (\\Answered)",
        "a STORE 2 FLAGS.SILENT ()",
        "a STORE 2 +FLAGS \\Seen \\Draft",
        "a UID STORE 3 +FLAGS (\\Seen)",
        "a UID STORE 99 +FLAGS (\\Seen)",
        "a STORE 1 +FLAGS (\\Recent)",
        "a STORE 1 +FLAGS (\\Nonsense)",
        "a STORE 1 +FLAGS ({{)",
        "a STORE 9 +FLAGS (\\Seen)",
        "a STORE 1 NONSENSE (\\Seen)",
        "a FETCH 1:* FLAGS",
        "a EXAMINE {w}",
        "a STORE 1 +FLAGS (\\Deleted)",
        "a FETCH 1 BODY[]",
        "a FETCH 1:* FLAGS",
    ),
    "expunge": (
        "a SELECT {w}",
        "a STORE 1,3 +FLAGS.SILENT (\\Deleted)",
        "a UID EXPUNGE 3",
        "a UID EXPUNGE 99",
        "a EXPUNGE",
        "a EXPUNGE",
        "a FETCH 1:* UID",
        "a STORE 1 +FLAGS.SILENT (\\Deleted)",
        "a EXAMINE {w}",
        "a EXPUNGE",
        "a CLOSE",
        "a SELECT {w}",
        "a UNSELECT",
        "a SELECT {w}",
        "a CLOSE",
        "a STATUS {w} (MESSAGES UIDNEXT)",
    ),
    "copy and move": (
        "a CREATE {w}/x",
        "a SELECT {w}",
        "a STORE 1 +FLAGS.SILENT (\\Flagged $Un)",
        "a COPY 1:2 {w}/x",
        "a UID COPY 4 {w}/x",
        "a UID COPY 99 {w}/x",
        "a COPY 1 {w}-none",
        "a COPY 9 {w}/x",
        "a COPY 1 {w}",
        "a NOOP",
        "a MOVE 2 {w}/x",
        "a UID MOVE 1,3 {w}/x",
        "a UID MOVE 99 {w}/x",
        "a MOVE 1 {w}-none",
        "a STATUS {w}/x (MESSAGES UIDNEXT RECENT UNSEEN)",
        "a SELECT {w}/x",
        "a FETCH 1:* (UID FLAGS INTERNALDATE)",
    ),
    "append": (
        "a APPEND {w} {{10+}}\r\nSubject: x",
        "a APPEND {w} (\\Seen $Un) {{14+}}\r\nSubject: x\r\n\r\n",
        'a APPEND {w} "01-Feb-2025 12:00:00 +0100" {{3+}}\r\nx\r\n',
        'a APPEND {w} () " 1-Feb-2025 12:00:00 +0000" {{3+}}\r\nx\r\n',
        "a APPEND {w}-none {{3+}}\r\nx\r\n",
        'a APPEND {w} "nonsense" {{3+}}\r\nx\r\n',
        "a SELECT {w}",
        "a FETCH 5:* (UID FLAGS RFC822.SIZE)",
        "a APPEND {w} {{3+}}\r\ny\r\n",
        "a STATUS {w} (MESSAGES RECENT UIDNEXT UNSEEN)",
    ),
    "folders": (
        "a CREATE {w}/a/b",
        "a CREATE {w}/a/b",
        "a CREATE {w}/a",
        'a LIST "" {w}/*',
        'a LIST "" {w}/%',
        'a LIST "" "{w}/%/%"',
        "a LIST {w}/ *",
        "a LIST {w}/ a%",
        'a LIST "" ""',
        'a LIST "" {w}/none',
        "a RENAME {w}/a {w}/c",
        'a LIST "" {w}/*',
        "a RENAME {w}/none {w}/d",
        "a RENAME {w}/c {w}",
        "a DELETE {w}/none",
        "a DELETE {w}/c/b",
        'a LIST "" {w}/*',
        "a DELETE {w}/c",
        "a CREATE {w}/e/",
        'a LIST "" {w}/*',
        "a SELECT {w}/e",
        "a STATUS {w}/e (MESSAGES RECENT UIDNEXT UNSEEN)",
        "a STATUS {w}/none (MESSAGES)",
        "a STATUS {w}/e ()",
        "a STATUS {w}/e (NONSENSE)",
        "a CREATE INBOX",
        "a DELETE INBOX",
        "a DELETE inbox",
        "a CREATE {w}/&AOk-",
        'a LIST "" {w}/&AOk-',
        'a LIST "" inbox',
        'a LIST "" Sent',
        "a NAMESPACE",
    ),
    "subscriptions": (
        "a CREATE {w}/s",
        "a SUBSCRIBE {w}/s",
        'a LSUB "" {w}/*',
        "a UNSUBSCRIBE {w}/s",
        'a LSUB "" {w}/*',
        "a SUBSCRIBE {w}/s",
        "a DELETE {w}/s",
        'a LSUB "" {w}/s',
        'a LSUB "" {w}/%',
        "a UNSUBSCRIBE {w}/s",
        'a LSUB "" {w}/s',
        "a UNSUBSCRIBE {w}/s",
        "a SUBSCRIBE {w}/none",
        "a CREATE {w}/t/u",
        "a SUBSCRIBE {w}/t/u",
        'a LSUB "" {w}/%',
        'a LSUB "" ""',
    ),
    "extended list": (
        "a CREATE {w}/a/b/c",
        "a CREATE {w}/a/b",
        "a CREATE {w}/d",
        "a SUBSCRIBE {w}/a/b/c",
        "a SUBSCRIBE {w}/d",
        "a UNSUBSCRIBE {w}/a/b",
        'a LIST "" ({w}/a* {w}/d)',
        'a LIST (SUBSCRIBED) "" {w}/*',
        'a LIST (SUBSCRIBED RECURSIVEMATCH) "" {w}/*',
        'a LIST (SUBSCRIBED RECURSIVEMATCH) "" {w}/%',
        'a LIST (SUBSCRIBED RECURSIVEMATCH) "" {w}/a/%',
        'a LIST () "" {w}/%',
        'a LIST "" {w}/% RETURN ()',
        'a LIST "" {w}/% RETURN (CHILDREN)',
        'a LIST "" {w}/%/% RETURN (SUBSCRIBED CHILDREN)',
        'a LIST "" {w}/* RETURN (STATUS (MESSAGES UIDNEXT UNSEEN))',
        'a LIST (RECURSIVEMATCH) "" {w}/*',
        'a LIST (NONSENSE) "" {w}/*',
        'a LIST "" {w}/* RETURN (NONSENSE)',
        'a LIST "" {w}/* RETURN',
        'a LIST "" ()',
        'a LIST "" ("")',
        "a STATUS {w} (SIZE MESSAGES)",
    ),
    "returned": (
        "a SELECT {w}",
        "a STORE 2,4 +FLAGS.SILENT (\\Flagged)",
        "a SEARCH RETURN () ALL",
        "a SEARCH RETURN (MIN) FLAGGED",
        "a SEARCH RETURN (MAX) FLAGGED",
        "a SEARCH RETURN (MIN MAX COUNT ALL) FLAGGED",
        "a UID SEARCH RETURN (COUNT) FLAGGED",
        "a UID SEARCH RETURN (ALL) UNFLAGGED",
        "a SEARCH RETURN (MIN MAX COUNT ALL) ANSWERED",
        "a SEARCH RETURN (ALL) ANSWERED",
        "a SEARCH RETURN (NONSENSE) ALL",
        "a SEARCH RETURN ALL",
        "a SEARCH RETURN (ALL)",
    ),
    "changes by number": (
        "a ENABLE CONDSTORE",
        "a SELECT {w}",
        "a STORE 1 +FLAGS (\\Flagged)",
        "a STORE 2 +FLAGS.SILENT (\\Seen)",
        "a UID STORE 3 +FLAGS.SILENT (\\Seen)",
        "a FETCH 1:2 (MODSEQ)",
        "a UID FETCH 1:* (FLAGS MODSEQ)",
        "a SEARCH MODSEQ 1",
        "a SEARCH MODSEQ 9000000000000000000",
        "a STORE 1 (UNCHANGEDSINCE 1) +FLAGS.SILENT (\\Draft)",
        "a UID STORE 1:2 (UNCHANGEDSINCE 1) +FLAGS (\\Draft)",
        "a STORE 1 (UNCHANGEDSINCE 9000000000000000000) +FLAGS (\\Draft)",
        "a STATUS {w} (HIGHESTMODSEQ)",
        "a FETCH 1:* FLAGS (CHANGEDSINCE 9000000000000000000)",
        "a FETCH 1 FLAGS (NONSENSE 1)",
        "a STORE 1 (NONSENSE 1) +FLAGS (\\Draft)",
        "b SELECT {w}",
        "b STORE 4 +FLAGS (\\Answered)",
        "a NOOP",
        "a FETCH 1:* FLAGS (CHANGEDSINCE 1 VANISHED)",
        "c SELECT {w} (CONDSTORE)",
        "c STORE 4 -FLAGS (\\Answered)",
        "c SELECT {w} (NONSENSE)",
    ),
    "removals by uid": (
        "a ENABLE QRESYNC",
        "a SELECT {w}",
        "b SELECT {w}",
        "b STORE 2 +FLAGS.SILENT (\\Deleted)",
        "b EXPUNGE",
        "a NOOP",
        "a UID STORE 1 +FLAGS.SILENT (\\Deleted)",
        "a UID EXPUNGE 1",
        "a EXPUNGE",
        "a STORE 1:2 +FLAGS (\\Deleted)",
        "a EXPUNGE",
        "a SELECT {w} (QRESYNC (1 1))",
        "a SELECT {w} (QRESYNC (1 1 1:4 (1 1)))",
        "a SELECT {w} (QRESYNC (1))",
        "b SELECT {w} (QRESYNC (1 1))",
    ),
    "two sessions": (
        "a SELECT {w}",
        "b SELECT {w}",
        "b NOOP",
        "b STORE 1 +FLAGS ($Neuf)",
        "a NOOP",
        "a STORE 2 +FLAGS (\\Flagged)",
        "b NOOP",
        "b APPEND {w} {{3+}}\r\nx\r\n",
        "a NOOP",
        "b NOOP",
        "a FETCH 5 FLAGS",
        "b FETCH 5 FLAGS",
        "c EXAMINE {w}",
        "c SEARCH RECENT",
    ),
    "gone in another session": (
        "a SELECT {w}",
        "b SELECT {w}",
        "b STORE 2 +FLAGS.SILENT (\\Deleted)",
        "b EXPUNGE",
        "a FETCH 2 RFC822.SIZE",
        "a FETCH 1:3 RFC822.SIZE",
        "a STORE 1:3 +FLAGS (\\Seen)",
        "a STORE 2 +FLAGS (\\Seen)",
        "a STORE 1:3 +FLAGS.SILENT (\\Flagged)",
        "a STORE 2 +FLAGS.SILENT (\\Flagged)",
        "a SEARCH ALL",
        "a COPY 2 {w}",
        "a COPY 1:3 {w}",
        "a STATUS {w} (MESSAGES)",
        "a NOOP",
        "a FETCH 1:* (UID FLAGS)",
    ),
    "gone by uid": (
        "a SELECT {w}",
        "b SELECT {w}",
        "b STORE 2 +FLAGS.SILENT (\\Deleted)",
        "b EXPUNGE",
        "a UID FETCH 1:3 RFC822.SIZE",
        "a UID STORE 1:3 +FLAGS (\\Seen)",
        "a UID COPY 1:3 {w}",
        "a UID MOVE 2 {w}",
        "a NOOP",
        "a FETCH 1:* (UID FLAGS)",
    ),
    "a folder that goes": (
        "a CREATE {w}/g",
        "b SELECT {w}",
        "a DELETE {w}/g",
        "a SELECT {w}/g",
        "a RENAME {w} {w}2",
        "b NOOP",
        "b FETCH 1 UID",
        "a SELECT {w}2",
    ),
    "words": (
        "a NONSENSE",
        "a UID NONSENSE 1",
        "a NOOP",
        "a NOOP x",
        "a CAPABILITY",
        "a ID NIL",
        "a iD nIl",
        'a ID ("name" nil)',
        "a ID",
        "a SELECT",
        "a SELECT {w} x",
        'a SELECT "{w}"',
        "a SELECT {{{n}+}}\r\n{w}",
        "a  NOOP",
        "a NOOP",
        "a STORE 1",
        "a STORE 1 +FLAGS",
        "a SEARCH",
        "a FETCH a FLAGS",
        "a FETCH 1,, FLAGS",
        "a FETCH 4294967296 FLAGS",
        "a NOOP",
        "a LOGIN x y",
        "a AUTHENTICATE EXTERNAL =",
        "a STARTTLS",
        "a CHECK",
        "a UNSELECT",
        "a UNSELECT",
        "a LOGOUT",
    ),
}
"""Steps of named sessions; ``{w}`` is a folder of four messages, ``{n}`` its length."""
