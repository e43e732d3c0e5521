"""
The way in: whatever a door brings is kept once, before anything is acknowledged.

*What it is given.* A `Submission` (`submission`): who sent it and how that was proven
(`Sender`, `Door`), for whom, and either a message or documents with what their sender
says of each. Whether it may come in was decided before: by the door, with the rules of
`gateway.rights`. Nothing here knows a protocol, reads a header or takes a message
apart.

*What it answers* (`keeping`). Values, never a reply and never a half: `Kept` once the
bytes, the recipients, the line in the journal and the task `FILE` are on disk; `Twin`
when that very submission is on disk already; `Failed` when nothing was kept, and why.
Only an error of the program itself comes as an exception. Each door says the answer in
its own words (`mssante.smtp.replying`; the patients' pages raise what shows "later").

*Who calls whom.* The SMTP doors call `Reception.take` on the loop, the patients' pages
`Reception.keep` from a thread of theirs. Both end in `keep`: the bytes are encrypted
(`Database.prepare`), then one job goes to the `Writer`, whose thread commits what waits
together. The filing (`dmp_bridge.filing`) finds the task and reads the submission back;
`documents_form` is how documents that came without a message lie in their blob.

*States.* For who waits: encrypting → waiting (for a twin) → submitted → committed. A
submission has no state of its own before the commit; after it the arrival's begin
(`ArrivalState`).

*What may wait.* `keep` blocks while it encrypts, and for what is too large for a row
while a file is written and fsynced: so on the loop only for what is small (`take` sees
to it). The commit never blocks the caller: its future ends in the writer's thread, and
`take` comes back to the loop once. A submission that is the twin of one under way waits
for that one's commit, then asks the database like any other.

*Traps.*

- The job may run twice (a batch that fails is undone, then each job runs alone), so it
  changes nothing but the database. That holds for ``also`` too, the work a door has
  done in the same commit.
- Rows are written at the end of a transaction, so two twins in one batch would not see
  each other: `_under_way` keeps the second back. It is of one process only; between two
  processes the rows decide, and a twin that comes in the same moment is kept twice.
- The peer may be gone when the answer comes: what was begun is finished all the same.
  A page that waited too long gives up (`Future.cancel`), which undoes nothing once the
  transaction began.
- A full disk passes (`STORAGE_FULL`); a disk that failed does not: an fsync that failed
  is never tried again, and `is_ready` is false until a restart.
- The encrypted bytes of a twin that were written to a file are removed only after the
  commit which found it to be one.
"""
