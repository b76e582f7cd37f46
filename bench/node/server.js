// An import service as a good Node.js developer would write it: the body is
// streamed through csv-parse and one transform into COPY, with backpressure
// all the way, in one transaction with the import's row.
//
//   PORT, DATABASE_URL (a libpq conninfo or URL), MODELS (the registry)

import { randomUUID } from 'node:crypto';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { parse } from 'csv-parse';
import Fastify from 'fastify';
import pg from 'pg';
import copyStreams from 'pg-copy-streams';

import { columnName, columns, Listings } from './listing.js';
import { Registry } from './registry.js';

const registry = new Registry(process.env.MODELS);
const pool = new pg.Pool({ ...connection(process.env.DATABASE_URL), max: 8 });
const app = Fastify({ bodyLimit: Number.MAX_SAFE_INTEGER,
  logger: { level: 'error' } });

function connection(text) {
  if (text.includes('://')) return { connectionString: text };

  const { host, port, dbname, user } = Object.fromEntries(
    text.split(/\s+/).map((pair) => pair.split('=')));
  return { host, port, database: dbname, user };
}

const special = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escape = (value) => (typeof value === 'string'
  ? value.replace(/[\\\t\n\r]/g, (c) => special[c]) : value);
const line = (values) => values.map((v) => (v === null ? '\\N' : escape(v)))
  .join('\t');

// Rows in, text for COPY out, in pieces of 64 KB.
function scorer(importId, counts) {
  const listings = new Listings(registry, importId);
  let out = '';

  return new Transform({
    writableObjectMode: true,
    transform(row, _, done) {
      const { values, code } = listings.read(row, counts.rows++);

      if (code) {
        counts.invalid++;
        if (counts.errors.length < 100) {
          counts.errors.push({ row_index: counts.rows - 1, code });
        }
      } else {
        out += `${line(values)}\n`;
      }

      if (out.length < 65536) return done();
      const piece = out;
      out = '';
      return done(null, piece);
    },
    flush(done) { done(null, out); },
  });
}

async function importCsv(body) {
  const id = randomUUID();
  const counts = { rows: 0, invalid: 0, errors: [] };
  const client = await pool.connect();

  try {
    await client.query('BEGIN');
    await client.query('INSERT INTO glyph.imports (id, state, epoch)'
      + " VALUES ($1, 'processing', 1)", [id]);
    await pipeline(
      body,
      parse({ bom: true, relax_column_count: true,
        columns: (header) => header.map(columnName) }),
      scorer(id, counts),
      client.query(copyStreams.from('COPY glyph.listings'
        + ` (${columns.join(', ')}) FROM STDIN`)),
    );
    await client.query("UPDATE glyph.imports SET state = 'completed',"
      + ' finished_at = now(), rows = $2, valid_rows = $3, invalid_rows = $4'
      + ' WHERE id = $1',
    [id, counts.rows, counts.rows - counts.invalid, counts.invalid]);
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    client.release(error);
    throw error;
  }

  return { import_id: id, total_rows: counts.rows,
    valid_rows: counts.rows - counts.invalid, invalid_rows: counts.invalid,
    rows_with_errors: counts.errors };
}

app.addContentTypeParser('text/csv', (request, payload, done) => {
  done(null, payload);
});

app.post('/api/import/csv', (request) => importCsv(request.body));

await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
