"""The second factor: a code is good once and near its time, a recovery code once; its secret opens in one place."""

import time
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from sqlalchemy import text

from app import accounts, second_factor, signing_in
from app.accounts import Account
from app.database import Database
from app.errors import Busy, KeyFailure, MustWait, NotConfirmed, NotForThisAccount, SignInNeeded
from app.keyring import Keyring, wrap_anew
from app.passwords import hashed
from app.places import second_factor_place
from app.signing_in import Begun, CodeNeeded

GOOD = "four quiet lamps at noon"
EMAIL = "rosa@example.org"
RFC = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # the secret of RFC 6238’s appendix B


def an_account(database: Database) -> Account:
    with database.transaction(write=True) as session:
        made = accounts.make_account(session, EMAIL, "Rosa Respondent", hashed(GOOD))
        found = accounts.account_by_id(session, made)
    assert found
    return found


def now(database: Database, account: Account) -> Account:
    with database.transaction(write=False) as session:
        found = accounts.account_by_id(session, account.id)
    assert found
    return found


class Phone:
    """An account with a second factor, and the app that makes its codes; `codes` are its recovery codes."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self.database, self.keyring, account = database, keyring, an_account(database)
        sealed, offer = signing_in.offered(keyring, account)
        self.totp = pyotp.TOTP(offer.secret)
        done = signing_in.set_up(database, keyring, account, sealed, self.code(-1), GOOD)
        self.codes, self.token, self.account = done.codes, done.token, now(database, account)

    def code(self, steps: int = 0) -> str:
        return self.totp.at(time.time() + 30 * steps)

    def ticket(self) -> str:
        found = signing_in.sign_in(self.database, self.keyring, EMAIL, GOOD, "address")
        assert isinstance(found, CodeNeeded)
        return found.ticket

    def gives(self, code: str, ticket: str | None = None) -> Begun | None:
        return signing_in.give_code(self.database, self.keyring, ticket or self.ticket(), code, "address")


@pytest.fixture
def phone(database: Database, keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> Phone:
    """At a moment that stands still, so that no step of time ends within a test."""
    moment = time.time()
    monkeypatch.setattr(time, "time", lambda: moment)
    return Phone(database, keyring)


# Appendix B of RFC 6238 has eight figures; with six, the last six of them.
@pytest.mark.parametrize(
    ("moment", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    assert second_factor.step_of(RFC, code, moment) == moment // 30


def test_a_clock_may_be_off_by_one_step_and_no_more() -> None:
    moment = 1_700_000_000
    code = pyotp.TOTP(RFC).at(moment)
    steps = [second_factor.step_of(RFC, code, moment + 30 * off) for off in (-2, -1, 0, 1, 2)]
    assert steps == [None, moment // 30, moment // 30, moment // 30, None]
    assert second_factor.step_of(RFC, f" {code[:3]} {code[3:]}\n", moment) == moment // 30


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "123456\0"])
def test_what_is_no_code_is_none(code: str) -> None:
    assert second_factor.step_of(RFC, code, 59) is None


def test_with_the_password_alone_no_session_begins(phone: Phone) -> None:
    with phone.database.transaction(write=True) as session:
        accounts.end_sessions(session, phone.account.id)
    ticket = phone.ticket()
    with phone.database.transaction(write=False) as session:
        assert session.connection().execute(text("SELECT count(*) FROM signed_in")).scalar_one() == 0
    assert phone.account.id not in ticket
    assert isinstance(phone.gives(phone.code(), ticket), Begun)


def test_a_code_is_good_once_also_the_one_that_set_it_up(phone: Phone) -> None:
    assert phone.gives(phone.code(-1)) is None
    assert phone.gives(phone.code(0)) is not None
    assert phone.gives(phone.code(0)) is None
    assert phone.gives(phone.code(1)) is not None
    assert phone.gives(phone.code(0)) is None


def test_of_many_posts_at_once_with_one_code_only_one_gets_in(phone: Phone) -> None:
    ticket, code = phone.ticket(), phone.code()

    def give(_: int) -> object:
        try:
            return phone.gives(code, ticket)
        except (MustWait, Busy):  # Busy: PostgreSQL had another change the row first; a route would ask again
            return None

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(give, range(8)))
    assert len([one for one in found if one]) == 1


def test_a_recovery_code_is_good_once_however_it_is_written(phone: Phone) -> None:
    assert len({*phone.codes}) == 10
    first = phone.codes[0]
    assert phone.gives(first.upper().replace("-", " ").replace("0", "O").replace("1", "l")) is not None
    assert phone.gives(first) is None
    assert phone.gives(phone.codes[1]) is not None
    with phone.database.transaction(write=False) as session:
        assert second_factor.recovery_codes_left(session, phone.account.id) == 8


def test_of_the_secret_and_the_recovery_codes_nothing_stands_in_the_database(phone: Phone) -> None:
    with phone.database.transaction(write=False) as session:
        stored = "".join(
            str(session.connection().execute(text(f"SELECT * FROM {table}")).all())
            for table in ("account", "recovery_code", "trail_entry")
        )
    assert phone.totp.secret not in stored
    assert not any(code in stored or code.replace("-", "") in stored for code in phone.codes)


def test_a_secret_does_not_open_for_another_account(phone: Phone) -> None:
    with pytest.raises(KeyFailure):
        phone.keyring.masters.unseal(phone.account.second_factor, second_factor_place("another"))
    with pytest.raises(KeyFailure):
        phone.keyring.masters.unwrap(phone.account.second_factor, f"account/{phone.account.id}", 1)


def test_wrong_codes_have_to_wait_and_giving_the_password_again_clears_nothing(phone: Phone) -> None:
    ticket = phone.ticket()
    for _ in range(signing_in.FREE):
        assert phone.gives("000000", ticket) is None
    for one in (ticket, phone.ticket()):
        with pytest.raises(MustWait):
            phone.gives(phone.code(), one)
    with phone.database.transaction(write=True) as session:
        session.connection().execute(text("UPDATE attempt SET last_at = '2020-01-01 00:00:00.000000'"))
    assert phone.gives(phone.code()) is not None


def test_a_ticket_is_good_for_five_minutes_and_for_the_account_as_it_stood(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket, moment = phone.ticket(), time.time()
    for spoiled in ("", "x", ticket[:-4], ticket.replace(".", "x.", 1), phone.account.second_factor):
        with pytest.raises(SignInNeeded):
            phone.gives(phone.code(), spoiled or "-")
    monkeypatch.setattr(time, "time", lambda: moment + signing_in.TICKET_FOR + 1)
    with pytest.raises(SignInNeeded):
        phone.gives(phone.code(), ticket)
    monkeypatch.setattr(time, "time", lambda: moment)
    with phone.database.transaction(write=True) as session:
        accounts.set_password(session, phone.account.id, hashed(GOOD))
    with pytest.raises(SignInNeeded):
        phone.gives(phone.code(), ticket)


def test_a_closed_account_gets_in_with_no_code(phone: Phone) -> None:
    ticket = phone.ticket()
    with phone.database.transaction(write=True) as session:
        accounts.close_account(session, phone.account.id)
    with pytest.raises(SignInNeeded):
        phone.gives(phone.code(), ticket)


def test_turning_it_off_needs_password_and_code(phone: Phone) -> None:
    for code, password, field in ((phone.code(), "wrong wrong wrong", "confirm"), ("000000", GOOD, "code")):
        with pytest.raises(NotConfirmed) as raised:
            signing_in.turn_off(phone.database, phone.keyring, phone.account, code, password)
        assert raised.value.field == field
    signing_in.turn_off(phone.database, phone.keyring, phone.account, phone.code(), GOOD)
    found = signing_in.sign_in(phone.database, phone.keyring, EMAIL, GOOD, "address")
    assert isinstance(found, Begun)
    with phone.database.transaction(write=False) as session:
        assert second_factor.recovery_codes_left(session, phone.account.id) == 0


def test_a_second_one_is_not_set_up_over_the_first(phone: Phone) -> None:
    sealed, offer = signing_in.offered(phone.keyring, phone.account)
    code = pyotp.TOTP(offer.secret).at(time.time())
    with pytest.raises(NotForThisAccount):
        signing_in.set_up(phone.database, phone.keyring, phone.account, sealed, code, GOOD)


def test_a_secret_that_was_offered_to_another_account_is_not_taken(phone: Phone) -> None:
    sealed, _ = signing_in.offered(phone.keyring, phone.account)
    with phone.database.transaction(write=True) as session:
        other = accounts.account_by_id(session, accounts.make_account(session, "b@example.org", "Bo", ""))
    assert other
    again = signing_in.offered(phone.keyring, phone.account, sealed)[1].secret
    assert signing_in.offered(phone.keyring, other, sealed)[1].secret != again


def test_setting_up_and_turning_off_end_every_session(phone: Phone) -> None:
    def stands(token: str) -> bool:
        with phone.database.transaction(write=False) as session:
            return accounts.signed_in(session, phone.keyring, token) is not None

    assert stands(phone.token)
    begun = phone.gives(phone.code())
    assert begun and stands(begun.token)
    done = signing_in.new_recovery_codes(phone.database, phone.keyring, phone.account, phone.codes[0], GOOD)
    assert stands(done.token) and not stands(begun.token) and not stands(phone.token)
    assert phone.gives(phone.codes[1]) is None and phone.gives(done.codes[0]) is not None
    last = signing_in.turn_off(phone.database, phone.keyring, phone.account, phone.code(1), GOOD)
    assert stands(last) and not stands(done.token)


def test_a_new_master_key_seals_the_secret_anew_and_the_old_one_is_needed_no_more(phone: Phone) -> None:
    masters = phone.keyring.masters.with_new()
    assert wrap_anew(phone.database, masters) == 1
    assert wrap_anew(phone.database, masters) == 0
    phone.keyring = Keyring(masters.without_old())
    assert phone.gives(phone.code()) is not None
    with phone.database.transaction(write=False) as session:
        phone.keyring.check(session.connection())


def test_keys_that_do_not_open_a_second_factor_are_found_before_a_backup_is_put_in_place(phone: Phone) -> None:
    with phone.database.transaction(write=True) as session:
        change = text("UPDATE account SET second_factor = 'gone.AAAA'")
        session.connection().execute(change)
        with pytest.raises(KeyFailure):
            phone.keyring.check(session.connection())


def test_the_picture_holds_the_address_that_apps_read() -> None:
    offer = second_factor.offer(RFC, EMAIL)
    assert offer.address.startswith("otpauth://totp/Plumbline:rosa%40example.org?secret=" + RFC)
    wide, path = offer.picture
    assert (
        wide > 40
        and path.startswith("M4 4h1v1h-1z")
        and offer.text.split() == [RFC[i : i + 4] for i in range(0, 32, 4)]
    )
