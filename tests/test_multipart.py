"""A posted form that may hold a file: read as browsers and programs send it, and in memory alone."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadRequest, TooLarge
from app.multipart import read_parts

KIND = "multipart/form-data; boundary=x"
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="draft"\r\n\r\n{}\r\n--y\r\n\r\n'
    b'--x\r\ncontent-disposition: form-data; name="file"; filename="a; name=b.json"\r\n'
    b"Content-Type: application/json\r\n\r\n\xff\xc3\xa9\r\n--x--\r\n"
)


@pytest.mark.parametrize("kind", [KIND, 'multipart/form-data; charset=utf-8; Boundary="x"'])
def test_fields_and_files_are_read_as_text(kind: str) -> None:
    assert read_parts(kind, FORM, 2) == {"draft": "{}\r\n--y\r\n", "file": "\ufffdé"}


FIELDS = st.dictionaries(st.sampled_from(["draft", "page", "note.passage_alone", "file"]), st.text())


@given(FIELDS)
def test_what_a_program_sends_is_read_as_it_was(fields: dict[str, str]) -> None:
    whole = {name: text.encode(errors="replace").decode() for name, text in fields.items()}
    files = {name: (None if name != "file" else "a.json", text.encode()) for name, text in whole.items()}
    request = httpx.Request("POST", "http://here", files=files or {"page": (None, b"")})
    assert read_parts(request.headers["content-type"], request.read(), 4) == (whole or {"page": ""})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", FORM),
        ("multipart/form-data; boundary=y", FORM),
        (KIND, b""),
        (KIND, FORM[:-8]),
        (KIND, b"--x\r\n\r\nno name\r\n--x--"),
        (KIND, b'--x\r\ncontent-disposition: form-data; name="a"\r\n--x--'),
    ],
)
def test_a_form_that_does_not_hold_together_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(BadRequest):
        read_parts(kind, body, 5)


@given(st.binary())
def test_whatever_comes_is_a_form_or_is_refused(noise: bytes) -> None:
    for body in (noise, b"--x\r\n" + noise + b"\r\n--x--", FORM[:40] + noise + FORM[40:]):
        try:
            fields = read_parts(KIND, body, 5)
        except (BadRequest, TooLarge):
            continue
        assert all(name.encode() is not None and text.encode() is not None for name, text in fields.items())


def test_a_form_of_too_many_parts_is_refused() -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    assert read_parts(KIND, part * 5 + b"--x--", 5) == {"a": "b"}
    with pytest.raises(TooLarge):
        read_parts(KIND, part * 6 + b"--x--", 5)
