/*
 * CSV as the page needs it: to show a file's own cells beside what the server
 * understood, and to write back records that were mended.
 */

/* Records of a text: { cells, line, end } of each, blank lines left out. */
export function parse(text, delimiter = ',', most = Infinity) {
  const records = [];
  let cells = [];
  let line = 1;
  let at = 0;
  let start = 1;
  const n = text.length;

  const close = () => {
    if (cells.length > 1 || cells[0]) {
      records.push({ cells, line: start, end: at });
    }
    cells = [];
  };

  while (at < n && records.length < most) {
    let cell = '';
    if (text[at] === '"') {
      at++;
      for (;;) {
        const q = text.indexOf('"', at);
        if (q < 0) {
          cell += text.slice(at);
          at = n;
          break;
        }
        cell += text.slice(at, q);
        at = q + 1;
        if (text[at] !== '"') {
          break;
        }
        cell += '"';
        at++;
      }
      for (let i = 0; (i = cell.indexOf('\n', i)) >= 0; i++) {
        line++;
      }
    }
    let end = at;
    while (end < n && text[end] !== delimiter && text[end] !== '\n'
           && text[end] !== '\r') {
      end++;
    }
    cell += text.slice(at, end);
    at = end;
    cells.push(cell);

    if (text[at] === delimiter && at < n) {
      at++;
      if (at === n) {
        cells.push('');
      }
      continue;
    }
    if (text[at] === '\r') {
      at++;
    }
    if (text[at] === '\n') {
      at++;
    }
    close();
    line++;
    start = line;
  }
  if (cells.length) {
    close();
  }
  return records;
}

export function cell(text, delimiter = ',') {
  return text.includes('"') || text.includes(delimiter) || /[\r\n]/.test(text)
    || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

export function write(rows, delimiter = ',') {
  return rows.map((row) => row.map((c) => cell(String(c ?? ''), delimiter))
    .join(delimiter) + '\r\n').join('');
}

/* The same for a spreadsheet, which runs what begins with one of these. */
export function safe(rows) {
  return '\ufeff' + rows.map((row) => row.map((value) => {
    const c = String(value ?? '');
    return `"${(/^[=+\-@\t\r\n＝＋－＠]/.test(c) && !/^-?\d+([.,]\d+)?$/.test(c)
      ? `'${c}` : c).replaceAll('"', '""')}"`;
  }).join(',') + '\r\n').join('');
}

/* The first part of a file, as long as it is whole lines; all of it if it is
 * not longer. */
export async function head(blob, size) {
  if (blob.size <= size) {
    return blob;
  }
  const bytes = new Uint8Array(await blob.slice(0, size).arrayBuffer());
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe)
    || (bytes[0] === 0xfe && bytes[1] === 0xff);
  let end = bytes.lastIndexOf(10) + 1 || bytes.lastIndexOf(13) + 1;
  if (wide && bytes[0] === 0xff && end % 2) {
    end++;
  }
  return blob.slice(0, end || size);
}

export function decode(bytes, charset) {
  const mark = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le'
    : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : charset;
  try {
    return new TextDecoder(mark || 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

export function download(name, type, ...parts) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const a = Object.assign(document.createElement('a'),
    { href: url, download: name });
  a.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
