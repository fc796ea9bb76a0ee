"""Ways to spoil what would be right: texts, JSON, forms, addresses, headers, bytes.

Everything is drawn from a `random.Random` with a seed: a call that fails is made again by its number alone, and it is
drawn thirty times as fast as hypothesis would, which draws the rest (tests/test_fuzzing.py, tests/test_loaders.py).
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any
from urllib.parse import quote, quote_from_bytes, urlencode

TEXTS = (
    "",
    " ",
    "\t",
    "\n",
    "\r\nX-Injected: yes",
    "\0",
    "a\0b",
    "\x1b[2J",
    "\x7f",
    "\ud800",
    "\udfff\ud800",
    "\ufeff",
    "\u202e",
    "ﬀ",
    "İ",
    "ß",
    "١٢",
    "²",
    "½",
    "𝟙",
    "😀",
    "e\u0301",
    "\u202egnp",
    "null",
    "true",
    "false",
    "NaN",
    "Infinity",
    "-0",
    "1e999",
    "0x10",
    "1_000",
    "9" * 30,
    "9" * 5000,
    "-1",
    "00",
    "1.5",
    "../../../etc/passwd",
    "..\\..\\boot.ini",
    "/",
    "//evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>",
    "<!--",
    "&lt;&amp;",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "${7*7}",
    "%(x)s",
    "%s%s%n",
    "{0}",
    '#read("/etc/passwd")',
    "$ x^2 $",
    "*bold* _it_ `raw` @ref",
    "#panic()",
    "\\",
    "\\u{0}",
    "' OR '1'='1",
    '"; DROP TABLE answer; --',
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(1)",
    "=cmd|' /C calc'!A0",
    "a" * 201,
    "a" * 2001,
    "x" * 70000,
    "ä" * 3000,
    "\u0000\uffff",
    "\U0010ffff",
    "__proto__",
    "constructor",
    "option",
    "unknown",
    "unanswered",
    "evidenced",
    "small",
    "unfinished",
    "latest",
    "1.0.0",
    "1.0.0-draft",
    "*",
    "?",
    ".",
    "..",
    "~",
    "~1",
)
NUMBERS = (0, -0.0, 1, -1, 5, 6, 2**31, 2**53 + 1, 2**63, 2**64, -(2**64), 10**40, 10**400, 0.1, 1e308, 5e-324)
CONSTANTS = (float("nan"), float("inf"), float("-inf"))
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "cp1252", "utf-7")


def text(random: Random) -> str:
    """A text that somebody did not expect."""
    if random.random() < 0.8:
        return random.choice(TEXTS)
    return "".join(
        chr(random.choice((random.randrange(128), random.randrange(0x3000), random.randrange(0x110000))))
        for _ in range(random.randrange(12))
    )


def value(random: Random, depth: int = 3) -> Any:
    """Any JSON value, and three that are none."""
    kind = random.randrange(10 if depth else 7)
    if kind < 3:
        return text(random)
    if kind < 5:
        return random.choice(NUMBERS)
    if kind == 5:
        return random.choice((None, True, False))
    if kind == 6:
        return random.choice(CONSTANTS)
    if kind == 7:
        return [value(random, depth - 1) for _ in range(random.randrange(4))]
    return {text(random): value(random, depth - 1) for _ in range(random.randrange(4))}


def spoiled(random: Random, good: Any, times: int = 1) -> Any:
    """A copy of a JSON value with something replaced, left out, added, renamed or moved, so many times."""
    whole = [json.loads(json.dumps(good)) if isinstance(good, dict | list) else good]
    for _ in range(times):
        holder, key = random.choice(list(places(whole)))
        way = random.randrange(6)
        if way < 3:
            holder[key] = value(random)
        elif way == 3:
            del holder[key]
        elif way == 4 and isinstance(holder, dict):
            holder[text(random)] = holder.pop(key)
        elif isinstance(holder, dict):
            holder[text(random)] = value(random)
        else:
            holder.append(value(random))
        if not whole:
            return None
    return whole[0]


def places(holder: Any) -> list[tuple[Any, Any]]:
    """Every place of a JSON value where something stands: what holds it, and its key or index there."""
    found = []
    for key in list(holder if isinstance(holder, dict) else range(len(holder))):
        found.append((holder, key))
        if isinstance(holder[key], dict | list):
            found += places(holder[key])
    return found


def written(random: Random, sent: Any) -> bytes:
    """A value as JSON in UTF-8, or nearly."""
    plain = json.dumps(sent, ensure_ascii=random.random() < 0.7)
    way = random.randrange(24)
    if way == 0:
        plain = _with_a_twin(random, sent)
    elif way == 1:
        return plain.encode(random.choice(ENCODINGS), "replace")
    elif way == 2:
        plain = plain[: random.randrange(len(plain) + 1)]
    elif way == 3:
        plain += random.choice(("x", "}", ",", "\0", " " * 1000, plain))
    elif way == 4:
        nested = random.choice((10, 300, 20000))
        opening, closing = random.choice((("[", "]"), ('{"answers":', "}"), ('{"about":{"scope":', "}}")))
        plain = opening * nested + plain + closing * random.choice((0, nested))
    elif way == 5:
        plain = plain.replace('"', "'") if random.random() < 0.5 else plain.replace(":", "=")
    elif way == 6:
        return gzip.compress(plain.encode("utf-8", "surrogatepass"))
    elif way == 7:
        return changed_bytes(random, plain.encode("utf-8", "surrogatepass"))
    elif way == 8:
        plain = plain.replace("{", '{"questionnaire":"small",', 1)
    return plain.encode("utf-8", "surrogatepass")


def _with_a_twin(random: Random, sent: Any) -> str:
    """JSON in which one object has a key twice."""
    if not isinstance(sent, dict) or not sent:
        return json.dumps(sent)
    chosen = random.choice(list(sent))
    if isinstance(sent[chosen], dict) and sent[chosen] and random.random() < 0.7:
        inner = _with_a_twin(random, sent[chosen])
        rest = json.dumps({name: each for name, each in sent.items() if name != chosen})
        return f"{{{json.dumps(chosen)}: {inner}{', ' if len(rest) > 2 else ''}{rest[1:]}"
    whole = json.dumps(sent)
    return f"{whole[:-1]}, {json.dumps(chosen)}: {json.dumps(sent[chosen])}}}"


def changed_bytes(random: Random, data: bytes, most: int = 8) -> bytes:
    """Bytes of which some were changed, left out, put in, or cut off."""
    changed = bytearray(data)
    for _ in range(random.randrange(1, most + 1)):
        if not changed:
            break
        at, way = random.randrange(len(changed)), random.randrange(5)
        if way < 2:
            changed[at] = random.randrange(256)
        elif way == 2:
            del changed[at : at + random.randrange(1, 40)]
        elif way == 3:
            changed[at:at] = random.choice(
                (b"\0", b"\xff\xfe", b"  ", changed[at : at + 30], bytes(random.randrange(256) for _ in range(5)))
            )
        else:
            changed[at] ^= 1 << random.randrange(8)
    return bytes(changed[: random.randrange(len(changed) + 1)]) if random.random() < 0.1 else bytes(changed)


def urlencoded(random: Random, sent: str) -> str:
    """A text in an address or a form: as it must be, or nearly."""
    way = random.randrange(12)
    if way == 0:
        return quote(sent, safe="", errors="replace").replace("%", random.choice(("%25", "%", "%%", "%u00")))
    if way == 1:
        return quote_from_bytes(sent.encode("utf-16", "surrogatepass"), safe="")
    return quote(sent, safe="", errors="surrogatepass" if way < 6 else "replace")


def form(random: Random, fields: Mapping[str, str]) -> bytes:
    """A form whose fields are all there and right but a few."""
    sent: list[tuple[str, str]] = list(fields.items())
    for _ in range(random.choice((0, 0, 0, 1, 1, 1, 2, 3, 8))):
        way = random.randrange(7)
        at = random.randrange(len(sent)) if sent else 0
        if way < 3 and sent:
            sent[at] = (sent[at][0], text(random))
        elif way == 3 and sent:
            sent.pop(at)
        elif way == 4 and sent:
            name = sent[at][0]
            sent.append((name.rpartition(".")[0] + "." + text(random) if "." in name else name, text(random)))
        elif way == 5 and sent:
            sent[at] = (text(random), sent[at][1])
        else:
            sent.append((text(random), text(random)))
    joined = "&".join(f"{urlencoded(random, name)}={urlencoded(random, given)}" for name, given in sent)
    way = random.randrange(30)
    if way == 0:
        joined = joined.replace("&", random.choice((";", "&&", "&=&", "")))
    if way == 1:
        return changed_bytes(random, joined.encode())
    if way == 2:
        joined += "&a=b" * random.choice((10, 5000, 6000))
    return joined.encode()


def written_form(fields: Mapping[str, str]) -> bytes:
    """A form as a browser sends it."""
    return urlencode(fields).encode()


def spoiled_json(random: Random, good: str) -> str:
    """A JSON text of which something is spoiled, or some of its bytes."""
    if random.random() < 0.5:
        return written(random, spoiled(random, json.loads(good))).decode("utf-8", "replace")
    return changed_bytes(random, good.encode()).decode("utf-8", "replace")


BOUNDARIES = (b"----abc123", b"x", b"a" * 70, b"a b", b"'\"", b"--", b"a" * 300, b"\xff")
KINDS = (b"", b"multipart/form-data;;boundary", b"multipart/form-data; BOUNDARY=x; boundary=y")
FILES = (b"draft.json", b"../../x", b"\xff", b'a"b', b"")


def multipart(random: Random, fields: Mapping[str, str]) -> tuple[bytes, bytes]:
    """The kind of content and the body of a form that may hold a file: right, or nearly."""
    boundary = random.choice(BOUNDARIES)
    said = boundary if random.random() < 0.9 else random.choice((b"", b"other", b'"x"'))
    kind = b"multipart/form-data; boundary=" + said if random.random() < 0.95 else random.choice(KINDS)
    pieces = []
    for name, given in fields.items():
        named, held = (name, given) if random.random() < 0.97 else (text(random), text(random))
        escaped = named.encode("utf-8", "replace").replace(b'"', random.choice((b"%22", b'\\"', b'"')))
        head = b'Content-Disposition: form-data; name="' + escaped + b'"'
        if name == "file":
            head += b'; filename="' + random.choice(FILES) + b'"\r\nContent-Type: application/json'
        if random.random() < 0.02:
            twice, unnamed = head + b"\r\n" + head, head.replace(b"; name", b"; nam")
            head = random.choice((b"", unnamed, twice, head.lower(), b"X: " + b"a" * 9000, head.replace(b":", b"")))
        pieces.append(b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + held.encode("utf-8", "replace") + b"\r\n")
    body = b"".join(pieces) + b"--" + boundary + b"--\r\n"
    way = random.randrange(12)
    if way == 0:
        body = body.replace(b"\r\n", b"\n")
    elif way == 1:
        body = changed_bytes(random, body)
    elif way == 2:
        body = random.choice((b"preamble\r\n" + body, body + b"epilogue", body[:-6], body * 3, b"--" + boundary, b""))
    elif way == 3 and pieces:
        body = pieces[0] * random.choice((100, 6000))
    return kind, body


def query(
    random: Random,
    names: Sequence[str] = ("q", "chain", "does", "version", "then", "from", "at", "with", "target", "unconfirmed"),
) -> str:
    """What stands behind the question mark of an address, or nothing."""
    if random.random() < 0.4:
        return ""
    pairs = (
        f"{random.choice((random.choice(names), urlencoded(random, text(random))))}={urlencoded(random, text(random))}"
        for _ in range(random.randrange(1, 5))
    )
    return "?" + "&".join(pairs)[:60000]


def segment(random: Random, known: Sequence[str]) -> str:
    """One part of a path: often one that is there, else anything."""
    way = random.randrange(10)
    if way < 6 and known:
        return random.choice(known)
    if way == 6:
        return random.choice(
            (
                "%00",
                "%2e%2e",
                "..",
                ".",
                "%2F",
                "%5c..%5c",
                "%ff%fe",
                "%",
                "%zz",
                "%C0%AF",
                "a" * 8000,
                ";x=y",
                "%0d%0aX:%20y",
            )
        )
    if way == 7 and known:
        return random.choice(known) + random.choice(("%00", "/", "%20", ".json", "%0a", "~", "/.."))
    return urlencoded(random, text(random))[:20000] or "-"


HEADERS = (
    (
        b"accept",
        (b"application/json", b"text/html", b"*/*", b"", b"a/b;q=x", b"application/json" + b",x/y" * 2000, b"\xff\xfe"),
    ),
    (
        b"accept-language",
        (
            b"ar",
            b"xx",
            b"en-GB,en;q=0.5",
            b"q=;;,,-",
            b"en;q=99999999999999999999",
            b"en;q=nan",
            b"*;q=0",
            b"\xe4",
            b"a" * 9000,
            b"en-" * 500,
        ),
    ),
    (b"accept-encoding", (b"gzip", b"identity", b"br, gzip;q=0", b"gzip" * 100)),
    (
        b"cookie",
        (
            b"plumbline=",
            b"plumbline=\xff",
            b"plumbline=a; plumbline=b",
            b";;;",
            b"=",
            b"plumbline=" + b"a" * 8000,
            b"__Host-plumbline=x",
        ),
    ),
    (
        b"content-type",
        (
            b"",
            b"text/plain",
            b"application/json;charset=utf-16",
            b"multipart/form-data",
            b"multipart/form-data; boundary=",
            b"application/json, a/b",
            b"APPLICATION/JSON",
            b"\xff",
            b"application/x-www-form-urlencoded;charset=utf-7",
            b"application/xml",
        ),
    ),
    (b"content-encoding", (b"gzip", b"br", b"deflate, gzip", b"x")),
    (b"content-length", (b"-1", b"", b"99999999999999999999", b"1e3", b"\xb2", b"+5", b"0x10", b"9" * 5000)),
    (b"origin", (b"null", b"http://127.0.0.1:8000", b"https://evil.example", b"", b"://", b"\xff")),
    (b"sec-fetch-site", (b"cross-site", b"same-origin", b"none", b"", b"x")),
    (b"host", (b"127.0.0.1", b"evil.example", b"", b":", b"[::1", b"127.0.0.1:x", b"\xff")),
    (b"if-none-match", (b"*", b"", b'W/"', b"a" * 5000)),
    (
        b"if-modified-since",
        (b"Thu, 01 Jan 1970 00:00:00 GMT", b"never", b"", b"Thu, 99 Jan 99999 00:00:00 GMT", b"\xff"),
    ),
    (
        b"range",
        (
            b"bytes=0-0",
            b"bytes=-",
            b"bytes=9-1",
            b"bytes=" + b"0-1," * 500,
            b"lines=1",
            b"bytes=99999999999999999999-",
            b"bytes=a-b",
            b"bytes=\xb2-\xb3",
        ),
    ),
    (b"if-range", (b"x", b"")),
    (b"x-http-method-override", (b"DELETE", b"POST")),
    (b"x-forwarded-for", (b"1.2.3.4", b"<script>", b",,")),
    (b"x-forwarded-host", (b"evil.example",)),
    (b"forwarded", (b"for=1.2.3.4;host=evil.example",)),
    (b"authorization", (b"Bearer x", b"Basic !!!", b"", b"\xff")),
    (b"transfer-encoding", (b"chunked", b"identity")),
    (b"expect", (b"100-continue", b"x")),
)


def headers(random: Random, *given: tuple[bytes, bytes]) -> tuple[tuple[bytes, bytes], ...]:
    """These headers, and now and then one that is odd, in the place of one given or beside it."""
    sent = list(given)
    while random.random() < 0.25:
        name, values = random.choice(HEADERS)
        if random.random() < 0.8:
            sent = [header for header in sent if header[0] != name]
        sent.append((name, random.choice(values)))
    return tuple(sent)
