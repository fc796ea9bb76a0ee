"""Who belongs to an organisation: invitations end with the power to invite, and there is a manager who can sign in."""

from typing import Any

import pytest
from sqlalchemy import text

from app import accounts, erasure, organisations
from app.accounts import Reader, Role, close_account
from app.database import Database
from app.errors import LastManager, LinkUsed
from app.keyring import Keyring
from app.links import find_link, make_link, open_invitations, use_link
from app.organisations import acting, change_role, invite, join, members, remove_member
from app.passwords import hashed
from app.program_keys import make_key, revoke_made_by
from app.trail import entries
from app.verify_log import verify_log
from tests import people


class House:
    """An organisation with a manager, and whoever comes to it besides."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self.database, self.keyring = database, keyring
        self.id = people.organisation(database, keyring)
        self.maria = self.comes("manager", "Maria Sample")
        people.administrator(database)
        with database.transaction(write=False) as session:
            found = accounts.account_by_email(session, "admin@example.org")
        assert found
        self.administrator = found.id

    def comes(self, role: Role, name: str) -> Reader:
        token = people.member(self.database, self.keyring, self.id, role, name)
        return people.reader_of(self.database, self.keyring, token)

    def does(self, use: Any, *arguments: Any) -> Any:
        with self.database.transaction(write=True) as session:
            return use(session, *arguments)

    def from_outside(self) -> Reader:
        return self.does(acting, self.keyring, self.id, self.administrator)

    def takes_up(self, token: str, account: str) -> None:
        with self.database.transaction(write=True) as session:
            link = find_link(session, token)
            use_link(session, link)
            join(session, self.keyring, link, account)

    def roles(self) -> dict[str, str]:
        with self.database.transaction(write=False) as session:
            return {member.name: member.role for member in members(session, self.id)}

    def open(self) -> list[str | None]:
        with self.database.transaction(write=False) as session:
            return [link.role for link in open_invitations(session, self.id)]

    def withdrawn(self) -> list[str]:
        """By whom invitations were withdrawn, as the trail says it, which holds."""
        with self.database.transaction(write=False) as session:
            found = entries(session, self.maria.cipher, f"organisation:{self.id}")
        assert verify_log(self.database, self.keyring).breaks == []
        return [entry.account for entry in found if entry.action == "invitation withdrawn"]


@pytest.fixture
def house(database: Database, keyring: Keyring) -> House:
    return House(database, keyring)


def test_a_removed_manager_comes_back_by_no_invitation_of_their_own(house: House) -> None:
    bo = house.comes("manager", "Bo Second")
    kept = house.does(invite, bo, "manager")
    house.does(invite, bo, "reviewer")
    house.does(invite, house.maria, "respondent")
    house.does(remove_member, house.maria, bo.account)
    with pytest.raises(LinkUsed):
        house.takes_up(kept, bo.account)
    assert house.roles() == {"Maria Sample": "manager"}
    assert house.open() == ["respondent"] and house.withdrawn() == [house.maria.account] * 2


@pytest.mark.parametrize("way", ["given another role", "taking up another role"])
def test_invitations_end_with_the_role_that_may_invite(house: House, way: str) -> None:
    bo = house.comes("manager", "Bo Second")
    house.does(invite, bo, "manager")
    if way == "given another role":
        house.does(change_role, house.maria, bo.account, "reviewer")
    else:
        house.takes_up(house.does(invite, house.maria, "reviewer"), bo.account)
    assert house.roles()["Bo Second"] == "reviewer"
    assert house.open() == [] and len(house.withdrawn()) == 1


def test_who_stays_a_manager_keeps_their_invitations(house: House) -> None:
    house.does(invite, house.maria, "reviewer")
    house.does(change_role, house.maria, house.maria.account, "manager")
    house.comes("respondent", "Rosa Respondent")
    assert house.open() == ["reviewer"] and house.withdrawn() == []


def test_closing_an_account_ends_its_invitations_everywhere_and_stands_in_each_trail(house: House) -> None:
    bo, elsewhere = house.comes("manager", "Bo Second"), House(house.database, house.keyring)
    elsewhere.takes_up(elsewhere.does(invite, elsewhere.maria, "manager"), bo.account)
    for one in (house, elsewhere):
        one.does(invite, one.does(acting, one.keyring, one.id, bo.account), "manager")
    house.does(erasure.close, house.keyring, bo.account, house.administrator)
    for one in (house, elsewhere):
        assert one.open() == [] and one.withdrawn() == [house.administrator]
        with one.database.transaction(write=False) as session:
            found = entries(session, one.maria.cipher, f"organisation:{one.id}")
        closed = [entry for entry in found if entry.action == "account closed"]
        assert [(entry.account, entry.detail) for entry in closed] == [(house.administrator, {"account": bo.account})]


def test_erasing_ends_what_an_account_invited_to_that_was_closed_before_invitations_ended_with_it(house: House) -> None:
    bo = house.comes("manager", "Bo Second")
    house.does(invite, bo, "manager")
    house.does(close_account, bo.account)
    house.does(erasure.erase, house.keyring, bo.account, house.administrator)
    assert house.open() == [] and house.withdrawn() == [house.administrator]


def test_an_administrator_has_one_invitation_open_and_none_once_there_is_a_manager(house: House) -> None:
    empty = people.organisation(house.database, house.keyring, "Harbour Office")
    house.id = empty
    first = house.does(invite, house.from_outside(), "manager")
    second = house.does(invite, house.from_outside(), "manager")
    with pytest.raises(LinkUsed):
        house.takes_up(first, house.maria.account)
    third = house.does(make_link, "invitation", house.administrator, empty, "manager")  # as one kept from before
    house.takes_up(second, house.maria.account)
    with pytest.raises(LinkUsed):
        house.takes_up(third, house.maria.account)
    assert house.roles() == {"Maria Sample": "manager"} and house.open() == []
    assert house.withdrawn() == [house.administrator, house.maria.account]


def test_a_new_manager_ends_no_invitation_of_the_organisations_own(house: House) -> None:
    house.does(invite, house.maria, "reviewer")
    house.takes_up(house.does(invite, house.maria, "manager"), house.comes("respondent", "Bo Second").account)
    assert house.open() == ["reviewer"]


def test_the_only_manager_takes_up_no_other_role(house: House) -> None:
    token = house.does(invite, house.maria, "respondent")
    with pytest.raises(LastManager):
        house.takes_up(token, house.maria.account)
    assert house.roles() == {"Maria Sample": "manager"}
    assert house.open() == ["respondent"]  # nothing of it was done
    house.comes("manager", "Bo Second")
    house.takes_up(token, house.maria.account)
    assert house.roles()["Maria Sample"] == "respondent"


@pytest.mark.parametrize("way", [change_role, remove_member, join])
def test_whoever_s_account_is_closed_is_no_manager_who_stays(house: House, way: Any) -> None:
    bo = house.comes("manager", "Bo Second")
    house.does(erasure.close, house.keyring, bo.account, house.administrator)
    with pytest.raises(LastManager):
        if way is join:
            house.takes_up(house.does(invite, house.maria, "reviewer"), house.maria.account)
        else:
            house.does(way, house.maria, house.maria.account, *(("reviewer",) if way is change_role else ()))
    house.does(remove_member, house.maria, bo.account)
    assert house.roles() == {"Maria Sample": "manager"}


def test_of_a_closed_account_an_administrator_sees_no_manager(house: House) -> None:
    def counted() -> tuple[int, int]:
        with house.database.transaction(write=False) as session:
            (found,) = organisations.organisations(session)
        return found.members, found.managers

    assert counted() == (1, 1)
    house.does(close_account, house.maria.account)
    assert counted() == (1, 0)


def test_a_password_that_was_set_ends_the_links_to_it_and_closing_ends_every_link(house: House) -> None:
    def kinds() -> list[str]:
        with house.database.transaction(write=False) as session:
            return sorted(session.connection().execute(text("SELECT kind FROM link")).scalars())

    mine, other = house.maria.account, house.comes("reviewer", "Bo Second").account
    for account in (mine, other):
        for kind in ("reset", "second_factor"):
            house.does(make_link, kind, house.administrator, None, None, account)
    house.does(accounts.set_password, mine, hashed("four quiet lamps at noon"))
    assert kinds() == ["reset", "second_factor", "second_factor"]
    house.does(accounts.close_account, mine)
    assert kinds() == ["reset", "second_factor"]


def test_the_keys_of_one_member_are_revoked_and_no_others(house: House) -> None:
    bo = house.comes("manager", "Bo Second")
    for maker in (bo, bo, house.maria):
        house.does(make_key, maker, "Case system", ["reports"], 30)
    house.does(remove_member, house.maria, bo.account)
    house.does(revoke_made_by, house.maria, bo.account)
    with house.database.transaction(write=False) as session:
        good = session.connection().execute(text("SELECT created_by FROM api_key WHERE revoked_at IS NULL"))
        assert good.scalars().all() == [house.maria.account]
        found = entries(session, house.maria.cipher, f"organisation:{house.id}")
    assert [entry.account for entry in found if entry.action == "program key revoked"] == [house.maria.account] * 2
