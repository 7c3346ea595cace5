"""Mail addresses: their form on the wire, and the settings that name a sender."""

from email.utils import getaddresses

from studio_tui.domain.shared.addresses import why_no_address
from studio_tui.domain.shared.dataclass import dataclass
from studio_tui.domain.shared.errors import Refused
from studio_tui.domain.shared.text import clean_line


@dataclass(frozen=True, slots=True)
class Sender:
    """The parsed setting of a sender, or of the address for replies."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part after the @, in ASCII."""
        return self.address.rpartition("@")[2]


def deliverable(address: str) -> str:
    """Return ``address`` as it is sent, with its domain in ASCII. No DNS lookup is made.

    A local part outside of ASCII is unchanged; such mail needs SMTPUTF8. Raises `Refused` with a
    sentence if the address is invalid, or contains line breaks or control characters.
    """
    if reason := why_no_address(address):
        raise Refused(f"{reason}.")
    local, _, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}@{_in_ascii(domain)}"


def _in_ascii(domain: str) -> str:
    # Imported lazily: hardly any address needs it.
    from email_validator import EmailNotValidError, validate_email

    try:
        valid = validate_email(
            f"x@{domain}",
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailNotValidError as error:
        raise Refused(f"“{clean_line(domain)}” is not a domain: {error}") from error
    return valid.ascii_domain


def sender_from(text: str) -> Sender:
    """Parse ``smtp.sender``. Raises `Refused` if it is not a valid sender."""
    return _named(text, "smtp.sender", "a sender")


def reply_to_from(text: str) -> Sender:
    """Parse ``smtp.reply_to``. Raises `Refused` if it is not a valid address."""
    return _named(text, "smtp.reply_to", "an address for answers")


def _named(text: str, setting: str, what: str) -> Sender:
    found = getaddresses([text])
    if len(found) != 1 or not found[0][1]:
        raise Refused(
            f"{setting}: “{clean_line(text)}” is not {what}: write it as "
            '"HR Studio <studio@example.org>".'
        )
    name, address = found[0]
    try:
        return Sender(clean_line(name), deliverable(address))
    except Refused as error:
        raise Refused(f"{setting}: {error.message}") from error
