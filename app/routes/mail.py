"""Sending a link by mail: one that somebody made and sees before them, or one to a new password that was forgotten."""

from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.responses import Response

from app import forgotten, links, mail
from app.dependencies import Visit
from app.errors import MailFailed, MustWait, NotFound
from app.forms import SHORT, FieldError, clean
from app.i18n import translations
from app.mail import Mailer
from app.pages import go_to, language_of, page
from app.routes.transaction import TransactionRoute, open_form, outside_transaction

router = APIRouter(route_class=TransactionRoute, include_in_schema=False)


@router.post("/links/{token}/mail")
@outside_transaction
def send(visit: Visit, token: str) -> Response:
    """Send a link that one made oneself, and show it again, whether or not that went well."""
    mailer, to = _mailer(visit), clean(visit.fields.get("to", ""))[:SHORT]
    if mailer is None:
        return go_to("/")
    with visit.database.transaction(write=False) as session:
        if links.find_link(session, token).created_by != visit.account.account:
            raise NotFound("There is no such link.")
    address = f"{visit.settings.public_address}/links/{token}"
    if not mail.is_address(to):
        return _handed_over(visit, address, to, "wrong_email", 422)
    try:
        links.count_mail(visit.database, visit.account.account)
        mail.send_link(mailer, translations(language_of(visit.request)), to, address)
    except MustWait:
        return _handed_over(visit, address, to, "must_wait", 429)
    except MailFailed:
        return _handed_over(visit, address, to, "mail_failed", 502)
    return _handed_over(visit, address, to)


@router.get("/forgotten")
def forgot(visit: Visit) -> Response:
    """A form for whoever forgot the password."""
    return page(visit.request, "account/forgotten.html", errors=[], email="") if _mailer(visit) else go_to("/sign-in")


@router.post("/forgotten")
@outside_transaction
@open_form
def ask_for_link(visit: Visit) -> Response:
    """The same answer for every address; what is done about it is done once the answer is on its way."""
    mailer, email = _mailer(visit), clean(visit.fields.get("email", ""))[:SHORT]
    if mailer is None:
        return go_to("/sign-in")
    if not mail.is_address(email):
        return _forgotten(visit, email, "wrong_email", 422)
    try:
        forgotten.ask(visit.database, email, visit.request.client.host if visit.request.client else "")
    except MustWait:
        return _forgotten(visit, email, "must_wait", 429)
    words, address = translations(language_of(visit.request)), visit.settings.public_address
    sent = page(visit.request, "account/asked_for_link.html")
    sent.background = BackgroundTask(forgotten.send, visit.database, visit.keyring, mailer, words, email, address)
    return sent


def _forgotten(visit: Visit, email: str, problem: str, status: int) -> Response:
    errors = [FieldError("email", "email", problem)]
    return page(visit.request, "account/forgotten.html", status, errors=errors, email=email)


def _handed_over(visit: Visit, address: str, to: str, problem: str = "", status: int = 200) -> Response:
    errors = [FieldError("to", "to", problem)] if problem else []
    return page(visit.request, "account/handed_over.html", status, link=address, to=to, errors=errors, back="/")


def _mailer(visit: Visit) -> Mailer | None:
    found: Mailer | None = visit.request.app.state.mailer
    return found
