"""Open files: what all the connections may need at once, and what the system allows."""

from __future__ import annotations

import resource

from gateway.settings.file import Settings

_OTHERS = 256
"""Files besides the connections: database, blobs, lists, the pipes of workers."""


def wanted_descriptors(settings: Settings) -> int:
    """Return how many files a service may have open when every door is full."""
    listen = settings.listen
    smtp = sum(map(bool, (listen.smtp, listen.submission, listen.submissions)))
    most = smtp * settings.smtp.max_connections
    if listen.professional_https:
        most += settings.professional.max_connections
    return most + settings.imap.max_connections + settings.web.max_connections + _OTHERS


def allow_descriptors(wanted: int) -> int:
    """
    Let this process open ``wanted`` files, or as many as it may; return how many.

    Systems start programs with a soft limit of 1,024, for those that still use
    select(2), and a hard limit far above: the connections of one door would leave
    nothing for the others, nor for the database.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return min(soft, wanted)
