"""TLS settings of a connection: trusted authorities and client certificate."""

import ssl
from pathlib import Path

from studio_tui.config.settings import Smtp
from studio_tui.domain.shared.errors import Refused


def context_of(smtp: Smtp) -> ssl.SSLContext | None:
    """Return the context for ``ca_file`` and the client certificate; None if neither is set.

    Raises `Refused`, with the name of the setting, if a file is missing, unreadable or invalid.
    """
    if not (smtp.ca_file or smtp.client_cert or smtp.client_key):
        return None
    if smtp.client_key and not smtp.client_cert:
        raise Refused("smtp.client_key is set without smtp.client_cert: set both, or neither.")
    context = ssl.create_default_context()
    if smtp.ca_file:
        _require_readable("smtp.ca_file", smtp.ca_file)
        try:
            context.load_verify_locations(cafile=_path(smtp.ca_file))
        except (ssl.SSLError, ValueError):
            raise Refused(
                f"smtp.ca_file: {smtp.ca_file} holds no certificate in PEM form "
                "(-----BEGIN CERTIFICATE-----)."
            ) from None
    if smtp.client_cert:
        _show(context, smtp)
    return context


def _show(context: ssl.SSLContext, smtp: Smtp) -> None:
    _require_readable("smtp.client_cert", smtp.client_cert)
    if smtp.client_key:
        _require_readable("smtp.client_key", smtp.client_key)
    key = _path(smtp.client_key) if smtp.client_key else None
    try:
        # Without a password, OpenSSL would prompt for it on the terminal.
        context.load_cert_chain(_path(smtp.client_cert), key, password="")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            why = "the key is that of another certificate"
        elif smtp.client_key:
            why = "they are no certificate and its key in PEM form without a password"
        else:
            why = "it is no certificate with its key in PEM form; the key may be in client_key"
        raise Refused(f"smtp.client_cert: {smtp.client_cert}: {why}.") from None
    except (ValueError, OSError):
        raise Refused(
            f"smtp.client_cert: {smtp.client_cert}: the key is protected by a password: "
            "store it without one, readable by its owner alone."
        ) from None


def _require_readable(setting: str, written: str) -> None:
    try:
        with Path(_path(written)).open("rb") as file:
            file.read(1)
    except OSError as error:
        raise Refused(f"{setting}: {written} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise Refused(f"{setting}: this is no name of a file.") from None


def _path(written: str) -> str:
    return str(Path(written).expanduser())
