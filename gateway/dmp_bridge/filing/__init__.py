"""
Filing: the documents of a submission go into vaults, or it is said why not.

*Who calls whom.* A worker claims a task `FILE` and calls `Filing` (`filing`) with it;
`Filing` opens the submission outside of any transaction and returns a job, which the
worker runs in one transaction with the jobs of other tasks.

- `opening` turns what a door kept into `FoundDocument` values: out of a message
  (`searching` finds each CDA and each package, and says in `places` values where) or
  out of documents that came without one. From here on nobody asks which it was, but for
  what is delivered and who is told.
- `gathering` (with `document_facts` and `sender_names`) asks profile and vault for the
  facts; `gateway.rights.filing_rules` decides on them. No rule stands here.
- `settling` carries the decisions out, in the order of the submission: `depositing`
  makes what the vault is given, `recording` writes outcomes and journal. `cases` holds
  one patient's share meanwhile.
- `announcing` is the step of the tasks `DISCLOSE` that a filing leaves behind.
- `patient_filing` is no part of this chain: patients keep a file of a message.

*States.* The arrival is RECEIVED until the job's commit. Then: QUARANTINED (one
document is somebody else's: nothing is filed or delivered, for anybody), DECIDED (a
message whose copies a task `DELIVER` makes), what the delivery says (its copies were
made in the same transaction), or ENDED (nothing to deliver: all was refused, or there
is no message).

*What is different without a message.* Nothing is delivered, and no receipt is written:
there is nobody to write to. Outcomes are recorded all the same, for the door to answer
with. A document that the patient may see has a notice of its own (`DISCLOSE`), since no
message brings one.

*What may wait.* Reading, and having the vault prepare a document (the embedded one
encrypts it), wait for disk and processor, in the worker and outside of the transaction.
Inside it the job holds each patient's profile until the commit, in one order for all
workers: one filing at a time for a patient.

*Traps.*

- A task may be done twice, by a worker whose lease ended too: the job looks at the
  arrival's state first, and changes nothing when another was quicker.
- What was decided before an earlier document of the same submission was filed may be
  wrong after it (a duplicate, a version): it is decided anew.
- A document is prepared for the vault before it is known whether it will be filed. What
  is not filed leaves no file behind, once the commit is certain.
- The copies are made here only at a task's first try, so that a fault in the delivery
  never keeps a document out of the vault.
- What is in a `FoundDocument` is believed by nobody: whose it is, who wrote it and what
  it replaces are compared with what is proven, by the rules.
"""
