// Node.js' fetch: URL FILE OUT.  The body is a stream, and so is the answer.

import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const [url, name, out] = process.argv.slice(2);

const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv', 'Accept': 'text/csv' },
    body: Readable.toWeb(createReadStream(name)),
    duplex: 'half',
});

if (!answer.ok) {
    throw new Error(`status ${answer.status}`);
}

await pipeline(Readable.fromWeb(answer.body), createWriteStream(out));
