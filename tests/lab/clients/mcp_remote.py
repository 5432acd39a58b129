"""npm mcp-remote, the stdio bridge it is, under a Python client: mcp_remote.py URL legacy|auto      (opens $BROWSER)"""

import asyncio
import os
import sys
import tempfile

from common import Task
from mcp import Client, StdioServerParameters


async def main(url, protocol):
    task = Task()
    script = os.path.join(os.environ["LAB"], "clients/node_modules/mcp-remote/dist/proxy.js")
    with tempfile.TemporaryDirectory() as folder:
        bridge = StdioServerParameters(
            command="node",
            args=[script, url, "--protocol", protocol, "--host", "127.0.0.1"],
            env={**os.environ, "MCP_REMOTE_CONFIG_DIR": folder},
        )
        async with Client(bridge, mode=protocol) as client:
            tools = (await client.list_tools()).tools
            await task.pause()
            task.judge(client.protocol_version, tools, await client.call_tool(task.tool, task.arguments))


asyncio.run(main(*sys.argv[1:3]))
