#!/usr/bin/env python3
"""The stand-in for a person at a browser: opens a URL, signs in, presses the approving button, follows the redirects.

    person.py URL                  from a client's redirect handler
    BROWSER=person.py              for xdg-open, which npm packages call; lab.sh's lab_person puts one into PATH
    BROWSER="person.py %s &"       for Python's webbrowser (the "&" matters: some clients start to listen only afterwards)

PERSON_NAME, PERSON_PASSWORD   what is typed into a sign-in form (alice, alice)
PERSON_UNTICKS                 a scope to take out of the first consent page, and to leave in afterwards: the client
                               has to step up; needs LAB_RUN and LAB_CLIENT to remember what was first
PERSON_DENIES                  when set, presses the denying button or link instead
PERSON_LOG                     a file to append each step to, without queries: codes and states are secrets
PERSON_PAGES                   a folder to keep every page in, for a look at it

Standard library only; refuses to talk to anything but loopback.
"""

import html.parser
import http.client
import http.cookiejar
import ipaddress
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

NAME = os.environ.get("PERSON_NAME", "alice")
PASSWORD = os.environ.get("PERSON_PASSWORD", "alice")
DENIES = bool(os.environ.get("PERSON_DENIES"))
UNTICKS = os.environ.get("PERSON_UNTICKS")

APPROVING = re.compile(r"allow|approve|consent|continue|accept|authori[sz]e|grant|sign.?in|log.?in|submit|\byes\b", re.I)
DENYING = re.compile(r"deny|cancel|reject|refuse|abort|decline|\bno\b", re.I)

MOST_PAGES = 12
LISTENER_PATIENCE = 10.0  # seconds; a client may open the browser before its callback listener is up


class Gives(Exception):
    """The person gives up."""


def note(text):
    if path := os.environ.get("PERSON_LOG"):
        with open(path, "a", encoding="utf-8") as log:
            print(text, file=log)


def without_query(url):
    return url.split("?")[0]


def check_loopback(url):
    host = urllib.parse.urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise Gives(f"not loopback: {without_query(url)}")


def first_time():
    """Whether this client's person sees the page for the first time."""
    seen = Path(os.environ["LAB_RUN"], f"unticked-{os.environ['LAB_CLIENT']}")
    if seen.exists():
        return False
    seen.touch()
    return True


@dataclass
class Button:
    name: str | None
    value: str
    label: str = ""

    def says(self, pattern):
        return bool(pattern.search(f"{self.name or ''} {self.value} {self.label}"))


@dataclass
class Form:
    action: str
    method: str
    fields: list = field(default_factory=list)  # (name, value, type)
    buttons: list = field(default_factory=list)

    def wanted_button(self):
        if DENIES:
            wanted = [b for b in self.buttons if b.says(DENYING)]
        else:
            wanted = [b for b in self.buttons if b.says(APPROVING) and not b.says(DENYING)]
        return wanted[0] if wanted else None

    def asks_password(self):
        return any(kind == "password" for _, _, kind in self.fields)

    def filled(self):
        answers = []
        unticked = UNTICKS if any(value == UNTICKS for _, value, _ in self.fields) and first_time() else None
        for name, value, kind in self.fields:
            if kind == "checkbox" and value == unticked:
                continue
            if kind == "password":
                value = PASSWORD
            elif kind in ("text", "email") and not value:
                value = NAME
            answers.append((name, value))
        button = self.wanted_button() or (self.buttons[0] if self.buttons else None)
        if button and button.name:
            answers.append((button.name, button.value))
        return urllib.parse.urlencode(answers)


class Page(html.parser.HTMLParser):
    """The forms and links of a page."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.links = [], []
        self._form = self._button = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        a = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "a" and a.get("href"):
            self.links.append(a["href"])
        elif self._form is not None and tag in ("input", "select", "textarea"):
            self._input(a, a.get("type", "text").lower())
        elif self._form is not None and tag == "button":
            self._button = Button(a.get("name"), a.get("value", ""))
            if a.get("type", "submit").lower() == "submit":
                self._form.buttons.append(self._button)

    def _input(self, a, kind):
        if kind in ("submit", "image"):
            self._form.buttons.append(Button(a.get("name"), a.get("value", "")))
        elif a.get("name"):
            default = "on" if kind in ("checkbox", "radio") else ""
            self._form.fields.append((a["name"], a.get("value", default), kind))

    def handle_data(self, data):
        if self._button is not None:
            self._button.label += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "button":
            self._button = None


class OneStep(urllib.request.HTTPRedirectHandler):
    """Redirects are followed by Person, one by one."""

    def redirect_request(self, *_):
        return None


class Person:
    def __init__(self):
        # Browsers keep Secure cookies on plain http of loopback, a trustworthy origin; Keycloak relies on it.
        policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
        self._opener = urllib.request.build_opener(
            OneStep,
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar(policy)),
            urllib.request.ProxyHandler({}),
        )
        self._opener.addheaders = [("User-Agent", "person/1"), ("Accept", "text/html,*/*")]
        self._pages = 0

    def _ask(self, url, data, referer):
        check_loopback(url)
        request = urllib.request.Request(url, data=data, method="POST" if data is not None else "GET")
        if referer:
            request.add_header("Referer", without_query(referer))
            if data is not None:
                origin = urllib.parse.urlsplit(referer)
                request.add_header("Origin", f"{origin.scheme}://{origin.netloc}")
        deadline = time.monotonic() + LISTENER_PATIENCE
        while True:
            try:
                return self._opener.open(request, timeout=30)
            except urllib.error.HTTPError as answer:
                return answer
            except (urllib.error.URLError, http.client.HTTPException, ConnectionError) as error:
                refused = isinstance(getattr(error, "reason", error), ConnectionRefusedError)
                if not refused or data is not None or time.monotonic() > deadline:
                    raise Gives(f"{without_query(url)}: {error}") from error
                time.sleep(0.2)

    def _follow(self, url, data, referer):
        """One request and the redirects after it: status, where it ended, the text."""
        for _ in range(MOST_PAGES):
            answer = self._ask(url, data, referer)
            status, target = answer.status, answer.headers.get("Location")
            note(f"{'GET' if data is None else 'POST'} {without_query(url)} -> {status}")
            if status not in (301, 302, 303, 307, 308) or not target:
                return status, url, answer.read().decode("utf-8", "replace")
            if status not in (307, 308):
                data = None
            url = urllib.parse.urljoin(url, target)
        raise Gives("too many redirects")

    def _keep(self, text):
        if folder := os.environ.get("PERSON_PAGES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            Path(folder, f"{os.getpid()}-{self._pages}.html").write_text(text, encoding="utf-8")
        self._pages += 1

    def open(self, url):
        data = referer = None
        signed_in = False
        for _ in range(MOST_PAGES):
            status, url, text = self._follow(url, data, referer)
            self._keep(text)
            page = Page(text)
            forms = [f for f in page.forms if f.buttons or f.fields]
            if status >= 400 or not forms:
                return status, url
            if DENIES and not any(f.wanted_button() for f in forms):
                link = next((l for l in page.links if re.search(r"abort|cancel|deny|reject", l, re.I)), None)
                if link:
                    url, data, referer = urllib.parse.urljoin(url, link), None, url
                    continue
            form = next((f for f in forms if f.wanted_button()), forms[0])
            if form.asks_password():
                if signed_in:
                    raise Gives(f"the sign-in was not accepted at {without_query(url)}")
                signed_in = True
            referer, action = url, urllib.parse.urljoin(url, form.action) if form.action else url
            if form.method == "post":
                url, data = action, form.filled().encode()
            else:
                url, data = f"{without_query(action)}?{form.filled()}", None
        raise Gives("too many pages")


def main():
    # An opener may add words of its own, "&" for one.
    urls = [word for word in sys.argv[1:] if word.startswith(("http://", "https://"))]
    if not urls:
        raise SystemExit(__doc__)
    try:
        status, url = Person().open(urls[0])
    except Gives as why:
        note(f"gave up: {why}")
        raise SystemExit(f"person: {why}") from why
    note(f"ended at {without_query(url)} with {status}")
    print(status, without_query(url))
    raise SystemExit(0 if status < 400 else 1)


if __name__ == "__main__":
    main()
