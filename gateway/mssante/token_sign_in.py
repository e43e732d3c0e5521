"""Signing in to the doors of mail by a token of the provider of identities."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from attrs import define, field, frozen
from twisted.logger import Logger

from gateway.errors import InvalidError, UnavailableError
from gateway.mssante.oauth_messages import (
    ShownToken,
    TokenMechanism,
    TokenStatus,
    challenge,
    read_response,
)
from gateway.trust.networks import network_of
from gateway.trust.provider import Provider
from gateway.trust.throttle import Throttle
from gateway.trust.tokens import (
    Bearer,
    ProviderSignIn,
    TokenFault,
    TokenRefusedError,
)

log = Logger()

MECHANISMS: Final = tuple(one.value for one in TokenMechanism)
_SPAN: Final = timedelta(minutes=5)


@frozen
class TokenRefusal:
    """
    A sign-in that failed: ``code`` goes to the journal, ``challenge`` to the client.

    ``identity`` is who showed a good token and does not hold the mailbox, else empty.
    """

    code: str
    challenge: str
    identity: str = ""


@define(eq=False)
class TokenSignIn:
    """
    What the doors of a process share of it: the provider, and how often it is asked.

    Every try of an address counts, right or wrong, so that being slowed down tells
    nothing of a token.
    """

    provider: Provider
    _throttle: Throttle = field(init=False, repr=False)

    @_throttle.default
    def _counting(self) -> Throttle:
        return Throttle(self.provider.settings.mail_tries, _SPAN)

    @classmethod
    def of(cls, provider: Provider | None) -> TokenSignIn | None:
        """Return it, None where no program may show a token."""
        if provider is None or not provider.settings.mail_programs:
            return None
        return cls(provider)

    @property
    def session(self) -> timedelta:
        """How long a session lasts that a token began, whatever comes of the token."""
        return timedelta(seconds=self.provider.settings.mail_session_seconds)

    def has_lasted(self, sign_in: ProviderSignIn) -> bool:
        """Tell whether it is as long ago as a session lasts."""
        return self.provider.clock() >= sign_in.since + self.session

    def may_try(self, address: str) -> bool:
        """Count a try from an address; tell whether it may be. On the loop only."""
        now = self.provider.clock()
        waits = self._throttle.wait(network_of(address), now) > timedelta(0)
        if waits:
            log.info("too many tokens from one address, one more is not looked at")
        return not waits

    def read(
        self, mechanism: TokenMechanism, response: str
    ) -> ShownToken | TokenRefusal:
        """Return what a client shows, or its refusal as malformed."""
        try:
            return read_response(mechanism, response)
        except InvalidError:
            return self._refused(TokenStatus.MALFORMED, TokenFault.MALFORMED.value)

    def bearer(self, shown: ShownToken, certificate: bytes) -> Bearer | TokenRefusal:
        """
        Return whose token it is, as the provider says now; blocking.

        Raises:
            UnavailableError: the provider cannot be asked.
        """
        try:
            return self.provider.bearer(shown.token, certificate)
        except TokenRefusedError as error:
            return self._refused(TokenStatus.REFUSED, error.fault.value)
        except UnavailableError as error:
            log.warn("no token can be looked at: {why}", why=str(error))
            raise

    def not_held(self, code: str, bearer: Bearer) -> TokenRefusal:
        """Return how somebody is refused a mailbox that is not theirs, or is none."""
        return self._refused(TokenStatus.NOT_HELD, code, bearer.identity)

    def _refused(
        self, status: TokenStatus, code: str, identity: str = ""
    ) -> TokenRefusal:
        settings = self.provider.settings
        told = challenge(status, settings.scope, settings.discovery)
        return TokenRefusal(code, told, identity)
