# ruff: noqa: E501 - replies as they are
"""The subject of a refusal (N13), by replies of real servers at the step where they send them."""

import pytest

from studio_tui.mail.transport.refusals import About, Stage, about

A, S = About, Stage
REPLIES = [
    (S.MESSAGE, "5.2.0 SubmissionQuotaExceeded: the quota of the sender is used up", A.QUOTA),
    (
        S.MESSAGE,
        "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception",
        A.QUOTA,
    ),
    (
        S.MESSAGE,
        "5.2.252 SendAsDenied: hr@example.org may not send as studio@example.org",
        A.SENDER,
    ),
    (
        S.MESSAGE,
        "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message",
        A.SENDER,
    ),
    (S.MESSAGE, "5.4.5 no more mails today\n5.4.5 from this account", A.QUOTA),
    (
        S.MESSAGE,
        "5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to",
        A.QUOTA,
    ),
    (S.RCPT, "5.1.90 no more recipients today", A.QUOTA),
    (
        S.RCPT,
        "5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
        A.QUOTA,
    ),
    (S.RCPT, "5.5.2 <container>: Helo command rejected: need fully-qualified hostname", A.NAME),
    (S.RCPT, "4.7.1 <container>: Helo command rejected: Host not found", A.NAME),
    (S.RCPT, "5.7.1 <studio@example.org>: Sender address rejected: not owned by user hr", A.SENDER),
    (S.MAIL, "5.7.1 <studio@example.org>: Sender address rejected: not owned by user hr", A.SENDER),
    (S.MAIL, "5.7.57 Client not authenticated to send mail", A.LOGIN),
    (S.RCPT, "4.7.1 <ann@example.org>: Relay access denied", A.RELAY),
    (S.RCPT, "5.7.1 Unable to relay for ann@example.org", A.RELAY),
    (S.RCPT, "4.7.1 Error: too much mail from 127.0.0.1", A.QUOTA),
    (S.RCPT, "4.5.3 Too many recipients in this session", A.SESSION),
    (S.DATA, "4.4.5 Maximum number of messages per session exceeded.", A.SESSION),
    (S.MAIL, "Requested action aborted: mails per session limit", A.SESSION),
    (S.MAIL, "5.7.1 Requested action not taken: mails per session limit", A.SESSION),
    (S.MESSAGE, "4.3.2 too many connections of this sender at once", A.CONNECTIONS),
    (S.MESSAGE, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", A.CONNECTIONS),
    (S.MESSAGE, "4.3.2 Concurrent connections limit exceeded. Visit", A.CONNECTIONS),
    (S.MESSAGE, "4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", A.RECIPIENT),
    (S.CONNECT, "4.7.0 mail.example.org Error: too many connections from 10.0.0.1", A.CONNECTIONS),
    (S.CONNECT, "Too many concurrent SMTP connections; please try again later.", A.CONNECTIONS),
    (
        S.CONNECT,
        "5.7.1 Service unavailable; client host [1.2.3.4] blocked using zen.spamhaus.org",
        A.HOST,
    ),
    (
        S.RCPT,
        "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/1.2.3.4",
        A.HOST,
    ),
    (S.RCPT, "5.7.708 Access denied, traffic not accepted from this IP", A.HOST),
    (S.MAIL, "5.7.705 Access denied, tenant has exceeded threshold", A.ACCOUNT),
    (S.MESSAGE, "5.7.60 SMTP; Client does not have permissions to send as this sender", A.SENDER),
    (
        S.RCPT,
        "5.1.1 <ann@example.org>: Recipient address rejected: User unknown in local recipient table",
        A.RECIPIENT,
    ),
    (S.RCPT, "No such user here", A.RECIPIENT),
    (S.RCPT, "5.2.1 The email account that you tried to reach is disabled", A.RECIPIENT),
    (S.RCPT, "4.2.1 The user you are trying to contact is receiving mail too quickly", A.RECIPIENT),
    (
        S.RCPT,
        "4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error",
        A.QUOTA,
    ),
    (S.RCPT, "5.2.2 <ann@example.org>: Quota exceeded (mailbox for user is full)", A.RECIPIENT),
    (S.MESSAGE, "5.2.2 mailbox full", A.RECIPIENT),
    (S.RCPT, "5.4.1 Recipient address rejected: Access denied. AS(201806281)", A.RECIPIENT),
    (
        S.RCPT,
        "4.2.0 <ann@example.org>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.org.html",
        A.RECIPIENT,
    ),
    (S.RCPT, "4.7.1 greylisted", A.RECIPIENT),
    (
        S.RCPT,
        "4.1.2 <ann@nowhere.example>: Recipient address rejected: Domain not found",
        A.RECIPIENT,
    ),
    (S.RCPT, "4.1.8 <studio@example.org>: Sender address rejected: Domain not found", A.SENDER),
    (S.RCPT, "5.7.1 Client host rejected: Access denied", A.HOST),
    (S.RCPT, "4.7.25 Client host rejected: cannot find your hostname, [1.2.3.4]", A.HOST),
    (
        S.RCPT,
        "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
        A.RECIPIENT,
    ),
    (S.RCPT, "5.7.1 RESOLVER.RST.AuthRequired; authentication required", A.LOGIN),
    (S.RCPT, "5.7.124 sender not in allowed-senders list", A.RECIPIENT),
    (S.MESSAGE, "5.3.4 Message size exceeds fixed limit", A.MESSAGE),
    (S.MAIL, "5.3.4 Message size exceeds fixed limit", A.MESSAGE),
    (S.MESSAGE, "5.2.3 Your message exceeded Google's message size limits", A.MESSAGE),
    (S.MESSAGE, "message too large", A.MESSAGE),
    (S.MESSAGE, "5.7.1 looks like spam", A.CONTENT),
    (S.MESSAGE, "5.7.1 Message rejected as spam by Content Filtering", A.CONTENT),
    (S.MESSAGE, "5.6.0 Mail message is malformed", A.CONTENT),
    (S.MESSAGE, "5.7.1 virus found", A.CONTENT),
    (S.MESSAGE, "5.7.1 content rejected", A.CONTENT),
    (S.MAIL, "5.7.1 account suspended", A.ACCOUNT),
    (S.MESSAGE, "5.7.1 Your account has been suspended", A.ACCOUNT),
    (S.RCPT, "5.7.0 this account is not allowed to send", A.ACCOUNT),
    (S.RCPT, 'Outgoing mail from "hr" has been suspended', A.ACCOUNT),
    (
        S.RCPT,
        "Domain example.org has exceeded the max emails per hour (500/500 (100%)) allowed. Message discarded.",
        A.QUOTA,
    ),
    (S.MESSAGE, "Throttling failure: Maximum sending rate exceeded.", A.QUOTA),
    (S.MESSAGE, "Throttling failure: Daily message quota exceeded.", A.QUOTA),
    (
        S.MESSAGE,
        "Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: studio@example.org",
        A.SENDER,
    ),
    (
        S.MESSAGE,
        "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.",
        A.SENDER,
    ),
    (S.RCPT, "5.7.1 Email quota exceeded", A.QUOTA),
    (S.RCPT, "5.7.1 Daily SMTP relay limit exceeded for customer", A.QUOTA),
    (S.MAIL, "5.7.0 Must issue a STARTTLS command first", A.TLS),
    (S.RCPT, "5.7.1 Authentication required", A.LOGIN),
    (S.MAIL, "5.5.1 Authentication Required. Learn more at", A.LOGIN),
    (
        S.RCPT,
        "5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy.",
        A.SENDER,
    ),
    (
        S.RCPT,
        "5.7.1 [192.0.2.7] Our system has detected an unusual rate of unsolicited mail originating from your IP address",
        A.QUOTA,
    ),
    (S.MAIL, "4.3.0 try later", A.SERVER),
    (S.MAIL, "4.3.1 Insufficient system storage", A.SERVER),
    (S.RCPT, "4.7.1 try again later", A.UNCLEAR),
    (S.RCPT, "", A.UNCLEAR),
    (S.RCPT, "sorry", A.UNCLEAR),
    (S.MESSAGE, "5.7.0 policy", A.UNCLEAR),
    (S.HELO, "5.5.4 Invalid domain name", A.UNCLEAR),
    (S.RCPT, "5.7.1 <quota@example.org>: denied", A.UNCLEAR),
    (S.RCPT, "5.1.3 bad address syntax", A.RECIPIENT),
    (
        S.MESSAGE,
        "5.7.232 Your message can't be sent because your tenant exceeded its daily limit for external recipients",
        A.QUOTA,
    ),
    (S.MESSAGE, "5.7.1 User or domain is not permitted to send from this address", A.SENDER),
    (S.RCPT, "5.7.1 Client was not authenticated", A.LOGIN),
    (S.RCPT, "4.7.500 Server busy. Please try again later from [1.2.3.4]", A.UNCLEAR),
    (S.RCPT, "Your sending limit of 100 messages has been reached", A.QUOTA),
    (S.RCPT, "5.7.1 You have exceeded your hourly limit", A.QUOTA),
    (S.MESSAGE, "5.7.0 message quota for user hr exceeded", A.QUOTA),
    (
        S.RCPT,
        "4.7.1 <ann@example.org>: Recipient address rejected: Policy Rejection: Sending quota exceeded",
        A.QUOTA,
    ),
    (S.MAIL, "5.7.1 <hr>: Sender login mismatch", A.SENDER),
    (S.MAIL, "5.1.0 <studio@example.org> sender rejected", A.SENDER),
    (S.MAIL, "5.1.0 Address rejected.", A.UNCLEAR),
    (S.RCPT, "5.7.1 HELO/EHLO name must be fully qualified", A.NAME),
    (
        S.MESSAGE,
        "5.7.509 Access denied, sending domain example.org does not pass DMARC verification",
        A.SENDER,
    ),
    (S.MAIL, "5.1.8 Access denied, bad outbound sender", A.SENDER),
    (S.MAIL, "5.7.501 Access denied, spam abuse detected", A.ACCOUNT),
    (S.RCPT, "5.7.1 mailbox ann@example.org does not exist", A.RECIPIENT),
    (S.RCPT, "mailbox unavailable", A.RECIPIENT),
    (S.RCPT, "Requested action not taken: mailbox unavailable", A.RECIPIENT),
    (S.RCPT, "5.7.1 you are not authorized to send to this recipient", A.RECIPIENT),
    (S.RCPT, "5.0.0 host unknown", A.RECIPIENT),
    (S.RCPT, "4.5.3 Error: too many recipients", A.SESSION),
    (S.MESSAGE, "too many messages", A.QUOTA),
    (S.RCPT, "4.2.2 user is over quota", A.RECIPIENT),
]


@pytest.mark.parametrize(("stage", "text", "subject"), REPLIES)
def test_the_subject_of_a_refusal(stage: Stage, text: str, subject: About) -> None:
    sender, recipient = "studio@example.org", "ann@example.org"
    assert about(stage, text, sender=sender, recipient=recipient) is subject


def test_words_in_an_address_are_ignored() -> None:
    said = "5.7.1 <quota.limit.exceeded@example.org>: denied"
    recipient = "quota.limit.exceeded@example.org"
    assert about(S.RCPT, said, sender="spam@example.org", recipient=recipient) is A.UNCLEAR
