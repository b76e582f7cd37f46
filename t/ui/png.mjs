/*
 * Pictures of the page as small as they can be: of the colors in one, the 256
 * most frequent are kept, and the others become the nearest of these.
 */

import { deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

function chunks(png) {
  const all = {};
  for (let at = 8; at < png.length;) {
    const size = png.readUInt32BE(at);
    const name = png.toString('latin1', at + 4, at + 8);
    (all[name] ||= []).push(png.subarray(at + 8, at + 8 + size));
    at += 12 + size;
  }
  return all;
}

/* Of 8 bits a channel, three or four of them, as a browser writes it. */
function pixels(png) {
  const { IHDR: [head], IDAT } = chunks(png);
  const width = head.readUInt32BE(0);
  const height = head.readUInt32BE(4);
  const n = head[9] === 6 ? 4 : 3;
  const raw = inflateSync(Buffer.concat(IDAT));
  const line = width * n;
  const out = Buffer.alloc(line * height);

  for (let y = 0; y < height; y++) {
    const filter = raw[y * (line + 1)];
    for (let x = 0; x < line; x++) {
      const a = x >= n ? out[y * line + x - n] : 0;
      const b = y ? out[(y - 1) * line + x] : 0;
      const c = x >= n && y ? out[(y - 1) * line + x - n] : 0;
      const p = a + b - c;
      const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
      out[y * line + x] = raw[y * (line + 1) + 1 + x] + [0, a, b, (a + b) >> 1,
        pa <= pb && pa <= pc ? a : pb <= pc ? b : c][filter];
    }
  }
  return { width, height, n, data: out };
}

export function small(png, crc32) {
  const { width, height, n, data } = pixels(png);
  const counts = new Map();
  const color = (i) => data[i] << 16 | data[i + 1] << 8 | data[i + 2];

  for (let i = 0; i < data.length; i += n) {
    counts.set(color(i), (counts.get(color(i)) || 0) + 1);
  }
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256)
    .map(([c]) => c);
  const place = new Map(palette.map((c, i) => [c, i]));
  const distance = (a, b) => ((a >> 16) - (b >> 16)) ** 2
    + ((a >> 8 & 255) - (b >> 8 & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
  const nearest = (c) => {
    let best = 0;
    for (let i = 1; i < palette.length; i++) {
      if (distance(c, palette[i]) < distance(c, palette[best])) {
        best = i;
      }
    }
    place.set(c, best);
    return best;
  };

  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const c = color((y * width + x) * n);
      rows[y * (width + 1) + 1 + x] = place.get(c) ?? nearest(c);
    }
  }
  const chunk = (name, body) => {
    const out = Buffer.alloc(body.length + 12);
    out.writeUInt32BE(body.length, 0);
    out.write(name, 4, 'latin1');
    body.copy(out, 8);
    out.writeUInt32BE(crc32(out.subarray(4, body.length + 8)), body.length + 8);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE',
    Buffer.from(palette.flatMap((c) => [c >> 16, c >> 8 & 255, c & 255]))),
  chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND',
    Buffer.alloc(0))]);
}
