"""What the SMTP doors reply to a row of the filing table that objects."""

from __future__ import annotations

from gateway.core.reasons import Reason
from gateway.mssante.smtp import replies
from gateway.mssante.smtp.replies import Reply


def reply_to_refusal(reason: Reason) -> Reply:
    """Return the one refusal for all reasons, but for what may pass later."""
    if reason is Reason.PROFILE_SUSPENDED:
        return replies.TRY_LATER
    return replies.REFUSED
