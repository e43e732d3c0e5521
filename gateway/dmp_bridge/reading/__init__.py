"""
Professionals read: they find a patient, open a consultation, and see what rules allow.

Rule: nothing is given before the five conditions were asked again and a line was kept.

A page asks `VaultReading` (`reading.py`), and it alone:

1. `find` looks a patient up (`finding.py`) and tells by which ways one could read;
2. `open` gathers the facts (`gathering.py`), asks `rights.reading_rules`, keeps what
   the patient agreed to, begins a consultation and tells the patient (`telling.py`);
3. `listed` and `document` ask all of it again each time, so that a block, an agreement
   taken back or the end of the time closes what was open;
4. `end` ends it; so do time and silence.

Each answer is a value; a refusal is one too, and has been kept when it is returned: the
caller commits in both cases. Who is refused for the patient's own reasons is told what
`core.texts.reading` says, and no more.
"""
