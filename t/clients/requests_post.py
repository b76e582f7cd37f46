# Python's requests: URL FILE OUT.

import sys

import requests

url, name, out = sys.argv[1:]

with open(name, 'rb') as body:
    answer = requests.post(url, data=body, timeout=120, headers={
        'Content-Type': 'text/csv', 'Accept': 'text/csv'})

answer.raise_for_status()

with open(out, 'wb') as f:
    f.write(answer.content)
