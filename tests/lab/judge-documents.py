#!/usr/bin/env python3
"""After runs with LAB_DOCUMENT: every grant is one of that client's, nobody registered, and its document was fetched once."""

import os
import sqlite3
import sys

run, document = os.environ["LAB_RUN"], os.environ["LAB_DOCUMENT"]
database = sqlite3.connect(f"file:{run}/notes.db?mode=ro", uri=True)
registered = [id for (id,) in database.execute("SELECT id FROM clients")]
grants = dict(database.execute("SELECT client_id, count(*) FROM grants GROUP BY client_id"))
with open(f"{run}/documents.requests", encoding="utf-8") as file:
    requests = file.read().splitlines()
print(f"documents: {grants} grants, {len(registered)} registrations, requests for documents: {requests}")
if registered or set(grants) != {document}:
    sys.exit("a client did not use its document")
if len(requests) != 1 or not requests[0].startswith("/app.json mcp-auth/"):
    sys.exit("the document was not fetched once, by the server")
