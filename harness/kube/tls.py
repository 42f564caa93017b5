"""The TLS context of connections to an API server. Knows no credentials: these are added to it for each connection."""

from __future__ import annotations

import ssl

from urllib3.util.ssl_ import create_urllib3_context


def tls_context(*, verify: bool) -> ssl.SSLContext:
    """What urllib3 itself would make, with sockets that are never left open; without `verify` anybody is trusted."""
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if verify else ssl.CERT_NONE)
    context.sslsocket_class = _ClosingSocket
    return context


class _ClosingSocket(ssl.SSLSocket):
    """Closed where the server resets the connection just before the handshake: Python itself leaves it open then."""

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        """As that of every socket."""
        try:
            return super().recv(buflen, flags)
        except OSError:
            if self._sslobj is None:  # type: ignore[attr-defined]
                self.close()
            raise
