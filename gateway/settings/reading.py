"""The settings of reading by professionals: consent, emergencies, times, limits."""

from __future__ import annotations

from typing import Annotated, ClassVar

from attrs import asdict, frozen

from gateway.errors import MisuseError
from gateway.settings.table import Table

_MOST_CODE_MINUTES = 60
_MOST_HOURS = 24
_MAY_BE_NONE = frozenset({"team_agreement_days"})


@frozen(kw_only=True)
class ReadingSettings(Table):
    """``[reading]``: professionals who read the vaults."""

    table: ClassVar = "reading"

    initial_team_consent: Annotated[
        bool,
        "A care team's first reading needs the patient's recorded agreement (Conseil "
        "d'État, 15/10/2025, n° 490409); false: presumed from the start.",
    ] = True
    blocked_in_emergency: Annotated[
        bool, "Whom a patient blocked may declare an emergency all the same."
    ] = False
    treating_sees_masked: Annotated[
        bool, "The treating doctor sees what the patient masked (CSP L. 1111-16)."
    ] = False
    least_reason: Annotated[
        int, "Characters that the reason of an emergency has at least, without spaces."
    ] = 10
    agreement_hours: Annotated[
        int, "An agreement for one consultation is good for so long, if not used."
    ] = 12
    team_agreement_days: Annotated[
        int,
        "An agreement to a care team ends after so many days; 0: with the follow-up.",
    ] = 0
    idle_minutes: Annotated[
        int, "A consultation in which nothing was opened for so long is over."
    ] = 30
    consultation_hours: Annotated[int, "A consultation is over after so long."] = 12
    regulation_hours: Annotated[
        int, "That of a doctor who answers an emergency call is over after so long."
    ] = 4
    emergency_hours: Annotated[
        int, "That of any other declared emergency is over after so long."
    ] = 24
    code_minutes: Annotated[
        int, "A code that a patient makes to give access is good for so long."
    ] = 15
    code_tries: Annotated[int, "Wrong codes until those of the patient are void."] = 5
    codes_per_hour: Annotated[int, "Codes that one patient may make in an hour."] = 10
    attempts_per_hour: Annotated[
        int, "Patients looked for or opened by one professional in an hour; then 429."
    ] = 120
    searches_per_hour: Annotated[
        int, "Searches by name of one professional in an hour, in emergencies."
    ] = 10
    refusals_kept_per_hour: Annotated[
        int,
        "Acts in open records that are refused and kept with what that rests on, of one"
        " process; of more the journal has the line alone, and says how many.",
    ] = 1000
    refusals_per_professional_per_hour: Annotated[
        int,
        "Refused acts of one professional that get a line in the journal; of more the "
        "next line says how many.",
    ] = 50
    alarm_refused: Annotated[
        int, "From so many refused readings of one professional in an hour: an alarm."
    ] = 10
    alarm_patients: Annotated[
        int, "From so many different patients read by one in an hour: an alarm."
    ] = 60
    alarm_emergencies: Annotated[
        int, "From so many emergencies of one professional in an hour: an alarm."
    ] = 5

    def __attrs_post_init__(self) -> None:
        """
        Refuse times and limits by which nobody could read, or anybody for ever.

        Raises:
            MisuseError: a number is 0 that must not be, or too large.
        """
        numbers = asdict(self, filter=lambda one, _: one.name not in _MAY_BE_NONE)
        if any(value < 1 for value in numbers.values() if not isinstance(value, bool)):
            raise MisuseError("[reading]: each number but team_agreement_days is 1 up")
        if self.code_minutes > _MOST_CODE_MINUTES:
            raise MisuseError("[reading]: code_minutes is an hour at most")
        hours = (self.consultation_hours, self.regulation_hours, self.emergency_hours)
        if max(hours) > _MOST_HOURS:
            raise MisuseError("[reading]: a consultation lasts a day at most")
