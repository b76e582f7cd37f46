# Python's httpx: URL FILE OUT; over HTTP/2 where the URL is https.

import sys

import httpx

url, name, out = sys.argv[1:]

with open(name, 'rb') as body, \
        httpx.Client(http2=url.startswith('https'), verify=False,
                     timeout=120) as client:
    answer = client.post(url, content=body, headers={
        'Content-Type': 'text/csv', 'Accept': 'text/csv'})

answer.raise_for_status()

if url.startswith('https'):
    assert answer.http_version == 'HTTP/2', answer.http_version

with open(out, 'wb') as f:
    f.write(answer.content)
