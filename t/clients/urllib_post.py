# Python's urllib: URL FILE OUT.

import os
import sys
import urllib.request

url, name, out = sys.argv[1:]

with open(name, 'rb') as body:
    request = urllib.request.Request(url, data=body, method='POST', headers={
        'Content-Type': 'text/csv', 'Accept': 'text/csv',
        'Content-Length': str(os.path.getsize(name))})

    with urllib.request.urlopen(request, timeout=120) as answer:
        text = answer.read()

with open(out, 'wb') as f:
    f.write(text)
