/*
 * What the page's test has around it: TAP, a way to the server that can be cut,
 * files to upload.
 */

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { openSync, writeSync, closeSync } from 'node:fs';
import http from 'node:http';
import { promisify } from 'node:util';
import { crc32 as zlibCrc, deflateRawSync } from 'node:zlib';

export const url = new URL(process.env.GLYPH_URL);

let n = 0;
let failed = 0;

export async function test(name, run, onfail) {
  n++;
  const begun = Date.now();
  try {
    await run();
    console.log(`ok ${n} - ${name} # ${Date.now() - begun} ms`);
  } catch (error) {
    failed++;
    console.log(`not ok ${n} - ${name}`);
    console.log(String(error.stack || error).replace(/^/gm, '# '));
    await onfail?.(n);
  }
}

export function done() {
  console.log(`1..${n}`);
  process.exitCode = failed ? 1 : 0;
}

export const stack = (...args) =>
  promisify(execFile)('util/stack.sh', args, { cwd: process.env.GLYPH_TOP });

export const reload = () => promisify(execFile)(process.env.GLYPH_NGINX,
  ['-p', process.env.GLYPH_PREFIX, '-c', 'conf/nginx.conf', '-s', 'reload']);

/* A server that has the page below /shop/, as a proxy of a company does.  It
 * can cut what comes through it after so many bytes, so many times: a browser
 * sends again by itself once. */
export async function front(prefix) {
  const state = { cut: 0, times: 0, paths: [] };
  const server = http.createServer((request, response) => {
    state.paths.push(`${request.method} ${request.url}`);
    let bytes = 0;
    if (!request.url.startsWith(prefix)) {
      response.writeHead(404).end();
      return;
    }
    const upstream = http.request({ host: url.hostname, port: url.port,
      method: request.method, headers: request.headers,
      path: request.url.slice(prefix.length - 1) }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    const end = () => {
      upstream.destroy();
      request.socket.destroy();
    };
    upstream.on('error', end);
    response.on('close', () => upstream.destroy());
    request.on('data', (chunk) => {
      bytes += chunk.length;
      if (state.times && bytes > state.cut) {
        state.times--;
        end();
      }
    });
    request.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, state,
    url: `http://127.0.0.1:${server.address().port}${prefix}` };
}

const CRC = Array.from({ length: 256 }, (_, k) => {
  for (let i = 0; i < 8; i++) {
    k = k & 1 ? 0xedb88320 ^ (k >>> 1) : k >>> 1;
  }
  return k >>> 0;
});

const crc32 = zlibCrc || ((data) => {
  let c = 0xffffffff;
  for (const b of data) {
    c = CRC[(c ^ b) & 255] ^ (c >>> 8);
  }
  return (c ^ 0xffffffff) >>> 0;
});

/* A workbook of two sheets, with what only formats tell: dates, a currency. */
export function workbook() {
  const xml = '<?xml version="1.0" encoding="UTF-8"?>';
  const ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  const s = (i) => `t="s"><v>${i}</v></c>`;
  const parts = {
    'xl/workbook.xml': `${xml}<workbook ${ns} xmlns:r="http://schemas.`
      + 'openxmlformats.org/officeDocument/2006/relationships"><sheets>'
      + '<sheet name="Notes" sheetId="1" r:id="r1"/>'
      + '<sheet name="Prices" sheetId="2" r:id="r2"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': `${xml}<Relationships xmlns="http://schemas.`
      + 'openxmlformats.org/package/2006/relationships">'
      + '<Relationship Id="r1" Target="worksheets/sheet1.xml"/>'
      + '<Relationship Id="r2" Target="worksheets/sheet2.xml"/></Relationships>',
    'xl/styles.xml': `${xml}<styleSheet ${ns}><numFmts><numFmt numFmtId="164" `
      + 'formatCode="#,##0.00\\ [$€-407]"/></numFmts><cellXfs><xf numFmtId="0"/>'
      + '<xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    'xl/sharedStrings.xml': `${xml}<sst ${ns}>${['Name', 'Preis', 'Datum',
      'RTX 3090 &amp; Box', 'Only notes here'].map((t) =>
      `<si><t>${t}</t></si>`).join('')}<si><r><t>Tesla </t></r><r><t>V100 16GB`
      + '</t></r></si></sst>',
    'xl/worksheets/sheet1.xml': `${xml}<worksheet ${ns}><sheetData><row r="1">`
      + `<c r="A1" ${s(4)}</row></sheetData></worksheet>`,
    'xl/worksheets/sheet2.xml': `${xml}<worksheet ${ns}><sheetData>`
      + `<row r="1"><c r="A1" ${s(0)}<c r="B1" ${s(1)}<c r="C1" ${s(2)}</row>`
      + `<row r="2"><c r="A2" ${s(3)}<c r="B2" s="1"><v>699.5</v></c>`
      + '<c r="C2" s="2"><v>45863</v></c></row>'
      + `<row r="3"><c r="A3" ${s(5)}<c r="B3" s="1"><v>1.299</v></c></row>`
      + '</sheetData></worksheet>',
  };
  const files = [];
  const directory = [];
  let at = 0;

  for (const [name, text] of Object.entries(parts)) {
    const data = Buffer.from(text);
    const packed = deflateRawSync(data);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(8, 8);
    head.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(crc32(data), 16);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt32LE(data.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    files.push(head, Buffer.from(name), packed);
    directory.push(entry, Buffer.from(name));
    at += head.length + name.length + packed.length;
  }
  const size = directory.reduce((sum, b) => sum + b.length, 0);
  const tail = Buffer.alloc(22);
  tail.writeUInt32LE(0x06054b50, 0);
  tail.writeUInt16LE(files.length / 3, 10);
  tail.writeUInt32LE(size, 12);
  tail.writeUInt32LE(at, 16);
  return Buffer.concat([...files, ...directory, tail]);
}

const CARDS = ['RTX 3060 12GB', 'RTX 3080 10GB', 'RTX 3090 24GB', 'RTX 4070 Ti',
  'RTX 4090 24GB', 'Tesla T4 16GB', 'RX 7900 XTX', 'RTX A6000 48GB',
  'A100 80GB SXM4', 'H100 PCIe 80GB', 'Quadro RTX 8000', 'Arc A770 16GB'];
const USUAL = [230, 380, 720, 690, 1650, 620, 850, 3600, 13500, 29500, 2400, 240];

/* Always the same "random" numbers. */
function dice(seed) {
  let x = seed;
  return () => {
    x = (x * 1103515245 + 12345) % 2147483648;
    return x / 2147483648;
  };
}

export function market(rows, { seed = 1, factor = 1, wrong = 0 } = {}) {
  const roll = dice(seed);
  const lines = ['title,price,currency,condition,quantity,seller,region,url'];
  for (let i = 0; i < rows; i++) {
    const k = Math.floor(roll() * CARDS.length);
    const price = (USUAL[k] * factor * (0.75 + roll() * 0.6)).toFixed(2);
    const bad = wrong && i % Math.floor(rows / wrong) === 1;
    lines.push([`${['ASUS', 'MSI', 'PNY', 'Gigabyte'][Math.floor(roll() * 4)]} ${
      CARDS[k]}`, bad ? `ab ${Math.round(price)}` : price, 'USD',
    ['Used', 'New', 'Refurbished'][Math.floor(roll() * 3)],
    1 + Math.floor(roll() * 5), `shop ${Math.floor(roll() * 40)}`,
    ['US', 'DE', 'PL', 'UK'][Math.floor(roll() * 4)],
    `https://shop.example/item/${seed}${i}`].join(','));
  }
  return `${lines.join('\n')}\n`;
}

export function large(path, bytes) {
  const file = openSync(path, 'w');
  const block = market(20000);
  const first = block.indexOf('\n') + 1;
  let at = writeSync(file, block);
  while (at < bytes) {
    at += writeSync(file, block.slice(first));
  }
  closeSync(file);
  return at;
}
