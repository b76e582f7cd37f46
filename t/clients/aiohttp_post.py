# Python's aiohttp, which reads while it sends: URL FILE OUT.

import asyncio
import sys

import aiohttp


async def main(url, name, out):
    async with aiohttp.ClientSession() as session:
        with open(name, 'rb') as body, open(out, 'wb') as f:
            async with session.post(url, data=body, headers={
                    'Content-Type': 'text/csv',
                    'Accept': 'text/csv'}) as answer:
                answer.raise_for_status()
                async for text in answer.content.iter_any():
                    f.write(text)

asyncio.run(main(*sys.argv[1:]))
