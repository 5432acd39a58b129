"""PyPI fastmcp's client: fastmcp_client.py URL auto|legacy      (opens $BROWSER)"""

import asyncio
import os
import sys
import warnings

warnings.simplefilter("ignore")

from common import Task, keep_tokens, known_client  # noqa: E402
from fastmcp import Client  # noqa: E402
from fastmcp.client.auth import OAuth  # noqa: E402


async def main(url, mode):
    client_id, secret = known_client()
    document = os.environ.get("LAB_DOCUMENT")
    task = Task()
    auth = OAuth(url, callback_host="127.0.0.1", client_id=client_id, client_secret=secret, client_metadata_url=document)
    async with Client(url, auth=auth, mode=mode) as client:
        tools = await client.list_tools()
        await task.pause()
        result = await client.call_tool(task.tool, task.arguments)
        protocol = getattr(client, "protocol_version", None) or getattr(client.session, "protocol_version", None)
        keep_tokens(auth.context.current_tokens)
        task.judge(protocol, tools, result)


asyncio.run(main(*sys.argv[1:3]))
