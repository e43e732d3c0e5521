"""The doctor's look at the relay of ordinary e-mail."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.cli.findings import Finding
from gateway.errors import GatewayError
from gateway.mssante.sending.smart_host import SmartHost
from gateway.settings.file import Settings

_SECONDS = 10.0


def smart_host(settings: Settings) -> Iterator[Finding]:
    """Yield whether it answers, proves itself and lets us sign in."""
    outgoing = settings.outgoing
    if not outgoing.smart_host:
        yield Finding("smart host", f"not set: notices go to {outgoing.outbox}")
        return
    try:
        SmartHost.from_settings(outgoing, _SECONDS).try_out()
    except GatewayError as error:
        mend = "check [outgoing] smart_host and what begins so, or ask who runs it"
        yield Finding("smart host", str(error), mend)
    else:
        proven = "in clear" if outgoing.smart_host_tls == "off" else "proven by TLS"
        yield Finding("smart host", f"{outgoing.smart_host} answers, {proven}")
