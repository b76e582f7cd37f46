/*
 * The sheets of an .xlsx, as CSV.  It is a zip of XML, both of which a browser
 * can read by itself.  Dates become ISO 8601, and amounts get the currency that
 * only their format tells.
 */

import { write } from './csv.js';

const LIMIT = 512 * 1024 * 1024;        // of one part, unpacked

/* Built-in formats that are dates; those of a workbook are looked at. */
const DATES = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47]);
const SIGNS = { '€': 'EUR', '£': 'GBP', '¥': 'JPY', '₹': 'INR', '₽': 'RUB',
  '₩': 'KRW', 'zł': 'PLN', 'Kč': 'CZK' };

async function unpack(blob, entry) {
  const local = new DataView(await blob.slice(entry.at, entry.at + 30)
    .arrayBuffer());
  const start = entry.at + 30 + local.getUint16(26, true)
    + local.getUint16(28, true);
  const packed = blob.slice(start, start + entry.packed);

  if (entry.size > LIMIT) {
    throw new Error('too large');
  }
  if (entry.method === 0) {
    return packed.text();
  }
  if (entry.method !== 8) {
    throw new Error(`method ${entry.method}`);
  }
  return new Response(packed.stream()
    .pipeThrough(new DecompressionStream('deflate-raw'))).text();
}

/* The directory at the end of a zip. */
async function entries(blob) {
  const tail = new DataView(await blob.slice(Math.max(0, blob.size - 65558))
    .arrayBuffer());
  let at = tail.byteLength - 22;
  while (at >= 0 && tail.getUint32(at, true) !== 0x06054b50) {
    at--;
  }
  if (at < 0) {
    throw new Error('no zip');
  }
  const size = tail.getUint32(at + 12, true);
  const offset = tail.getUint32(at + 16, true);
  const view = new DataView(await blob.slice(offset, offset + size)
    .arrayBuffer());
  const found = new Map();

  for (let p = 0; p + 46 <= view.byteLength
       && view.getUint32(p, true) === 0x02014b50;) {
    const n = view.getUint16(p + 28, true);
    const name = new TextDecoder().decode(
      new Uint8Array(view.buffer, p + 46, n));
    found.set(name, { method: view.getUint16(p + 10, true),
      packed: view.getUint32(p + 20, true), size: view.getUint32(p + 24, true),
      at: view.getUint32(p + 42, true) });
    p += 46 + n + view.getUint16(p + 30, true) + view.getUint16(p + 32, true);
  }
  return found;
}

const tags = (node, name) => [...node.getElementsByTagNameNS('*', name)];
const read = (text) => new DOMParser().parseFromString(text, 'application/xml');

/* What of a number format counts here. */
function format(code) {
  const money = code.match(/\[\$([^\]-]*)(-[0-9A-Fa-f]+)?\]/);
  const plain = code.replace(/\[[^\]]*\]|"[^"]*"|\\./g, '');
  const sign = (money?.[1] || code.match(/"?([€£¥₹₽₩]|zł|Kč)"?/)?.[1] || '')
    .trim();
  return {
    date: /[ymdhs]/i.test(plain.replace(/General|e[+-]/gi, ''))
      && !/[#0]/.test(plain.replace(/s\.0+/gi, '')),
    currency: SIGNS[sign] || (/^[A-Z]{3}$/.test(sign) ? sign : '')
      || (/US\$/.test(sign) ? 'USD' : ''),
  };
}

async function styles(zip, blob) {
  const entry = zip.get('xl/styles.xml');
  if (!entry) {
    return [];
  }
  const doc = read(await unpack(blob, entry));
  const own = new Map(tags(doc, 'numFmt').map((f) =>
    [Number(f.getAttribute('numFmtId')), format(f.getAttribute('formatCode'))]));
  const cells = tags(doc, 'cellXfs')[0];
  return cells ? tags(cells, 'xf').map((xf) => {
    const id = Number(xf.getAttribute('numFmtId'));
    return own.get(id) || { date: DATES.has(id), currency: '' };
  }) : [];
}

function date(serial, since1904) {
  const days = serial + (since1904 ? 1462 : 0);
  const when = new Date(Math.round((days - 25569) * 86400) * 1000);
  if (!Number.isFinite(days) || days < 1 || Number.isNaN(when.getTime())) {
    return String(serial);
  }
  const text = when.toISOString();
  return days % 1 ? text.slice(0, 19) : text.slice(0, 10);
}

/* Never three digits behind the point: they would be thousands to a reader. */
function number(text) {
  const value = Number(text);
  if (!Number.isFinite(value)) {
    return text;
  }
  const short = String(Number(value.toPrecision(15)));
  return /\.\d{3}$/.test(short) ? `${short}0` : short;
}

const text = (node) => tags(node, 't')
  .filter((t) => t.parentNode.localName !== 'rPh')
  .map((t) => t.textContent).join('');

function column(reference) {
  let n = 0;
  for (const c of reference) {
    const k = c.charCodeAt(0) - 64;
    if (k < 1 || k > 26) {
      break;
    }
    n = n * 26 + k;
  }
  return n - 1;
}

function value(c, shared, formats, since1904) {
  const type = c.getAttribute('t');
  if (type === 'inlineStr') {
    return text(c);
  }
  const raw = tags(c, 'v')[0]?.textContent ?? '';
  if (type === 's') {
    return shared[Number(raw)] ?? '';
  }
  if (type === 'b') {
    return raw === '1' ? 'true' : 'false';
  }
  if (type === 'str' || type === 'e' || type === 'd' || raw === '') {
    return raw;
  }
  const style = formats[Number(c.getAttribute('s') || 0)];
  if (style?.date) {
    return date(Number(raw), since1904);
  }
  return style?.currency ? `${number(raw)} ${style.currency}` : number(raw);
}

/* [{ name, read() }]: a sheet is read only when it is chosen. */
export async function sheets(blob) {
  const zip = await entries(blob);
  const book = zip.get('xl/workbook.xml');
  if (!book) {
    throw new Error('no workbook');
  }
  const workbook = read(await unpack(blob, book));
  const since1904 = ['1', 'true'].includes(
    tags(workbook, 'workbookPr')[0]?.getAttribute('date1904'));
  const relations = read(await unpack(blob,
    zip.get('xl/_rels/workbook.xml.rels')));
  const targets = new Map(tags(relations, 'Relationship').map((r) =>
    [r.getAttribute('Id'), r.getAttribute('Target')]));

  return tags(workbook, 'sheet').map((sheet) => {
    const id = [...sheet.attributes].find((a) => a.localName === 'id'
      && a.namespaceURI)?.value;
    const target = targets.get(id) || '';
    const path = target.startsWith('/') ? target.slice(1) : `xl/${target}`;
    return {
      name: sheet.getAttribute('name'),
      hidden: sheet.hasAttribute('state')
        && sheet.getAttribute('state') !== 'visible',
      here: zip.has(path),
      async read() {
        const strings = zip.get('xl/sharedStrings.xml');
        const shared = strings
          ? tags(read(await unpack(blob, strings)), 'si').map(text) : [];
        const formats = await styles(zip, blob);
        const doc = read(await unpack(blob, zip.get(path)));
        const rows = [];

        for (const row of tags(doc, 'row')) {
          const cells = [];
          for (const c of tags(row, 'c')) {
            const at = column(c.getAttribute('r') || '');
            const k = at >= 0 ? at : cells.length;
            while (cells.length < k) {
              cells.push('');
            }
            cells[k] = value(c, shared, formats, since1904);
          }
          if (cells.some(Boolean)) {
            rows.push(cells);
          }
        }
        const width = rows.reduce((most, r) => Math.max(most, r.length), 0);
        for (const r of rows) {
          while (r.length < width) {
            r.push('');
          }
        }
        return { rows: rows.length, csv: write(rows) };
      },
    };
  }).filter((sheet) => sheet.here);
}
