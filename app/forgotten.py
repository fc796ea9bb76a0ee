"""A forgotten password: a link that is sent to the account’s own address, where mail is set.

Whoever asks learns nothing: the answer is the same, and as fast, whether or not there is such an account.
Knows no HTTP.
"""

import structlog

from app import accounts, mail, throttle
from app.database import Database
from app.errors import MailFailed, MustWait
from app.keyring import Keyring
from app.links import make_link
from app.mail import Mailer, Words
from app.organisations import note_reset

FREE, FREE_FROM_ADDRESS = 3, 10  # requests before one has to wait: for one account, from one address


def ask(database: Database, email: str, address: str) -> None:
    """Count a request; each counts, whoever it is for. Raises MustWait."""
    keys = {f"forgotten {accounts.folded(email)}": FREE, f"forgotten from {address}": FREE_FROM_ADDRESS}
    with database.transaction(write=True) as session:
        if due := max(throttle.wait(session, key, free) for key, free in keys.items()):
            raise MustWait("A link was asked for too often. Wait, and try again.", due)
        for key in keys:
            throttle.failed(session, key)


def send(database: Database, keyring: Keyring, mailer: Mailer, words: Words, email: str, public_address: str) -> None:
    """Make the link and send it, if there is an account with a password and this address; else do nothing.

    Called once the answer is on its way. A second factor stays. The account’s organisations see it in their trail.
    """
    with database.transaction(write=True) as session:
        account = accounts.account_by_email(session, email)
        if account is None or account.email is None or account.closed_at or not account.password:
            return
        token = make_link(session, "reset", account=account.id)
        note_reset(session, keyring, account.id, "")
    try:
        mail.send_reset(mailer, words, account.email, f"{public_address}/links/{token}")
    except MailFailed as error:
        structlog.get_logger().warning("a link to a new password was not sent", reason=str(error))
