/*
 * Plots.  Each has its numbers in a table beside it, for whoever reads rather
 * than looks; a scatter is a canvas, for it may have 100,000 points.
 */

import { h, svg } from './dom.js';
import { short, t } from './texts.js';

/* A color of the style sheet as the canvas wants it. */
export function color(name) {
  const probe = h('span', { style: { color: `var(--${name})` }, hidden: true });
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

export function steps(min, max, n = 5) {
  const span = max - min || 1;
  const raw = span / n;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((f) => f * power).find((s) => s >= raw);
  const ticks = [];
  for (let v = Math.ceil(min / step - 1e-9) * step; v <= max + step * 1e-9;
    v += step) {
    ticks.push(Math.abs(v) < step * 1e-9 ? 0 : v);
  }
  return ticks;
}

function powers(min, max) {
  const ticks = [];
  for (let p = Math.floor(Math.log10(min)); p <= Math.ceil(Math.log10(max));
    p++) {
    for (const f of [1, 2, 5]) {
      const v = f * 10 ** p;
      if (v >= min && v <= max) {
        ticks.push(v);
      }
    }
  }
  return ticks.length > 9 ? ticks.filter((v) =>
    /^1/.test(v.toExponential())) : ticks;
}

/* A table of the numbers behind a plot, closed at first. */
export function numbers(head, rows) {
  const body = h('tbody');
  return h('details.more', { ontoggle() {
    body.replaceChildren(...rows().map((cells) => h('tr', cells.map((c, i) =>
      h(i ? 'td.num' : 'th', i ? {} : { scope: 'row' }, c)))));
  } }, h('summary', t('plot.table')), h('.scroll', { tabindex: '0',
    role: 'region', 'aria-label': t('plot.table') }, h('table.dense',
    h('thead', h('tr', head.map((c, i) => h(i ? 'th.num' : 'th',
      { scope: 'col' }, c)))), body)));
}

/* points: { x, y, k } typed arrays, "tell" says what point i is. */
export function scatter({ xLabel, yLabel, tell, onpick, label }) {
  const canvas = h('canvas', { role: 'img', 'aria-label': label });
  const tip = h('.tip', { hidden: true });
  const root = h('.plot', canvas, tip);
  const pad = { left: 46, right: 12, top: 10, bottom: 34 };
  let data = { n: 0, x: [], y: [], k: [] };
  let scale;
  let grid;
  let waiting = 0;

  function measure() {
    let [x0, x1, y1] = [Infinity, 1, 1];
    for (let i = 0; i < data.n; i++) {
      x0 = Math.min(x0, data.x[i]);
      x1 = Math.max(x1, data.x[i]);
      y1 = Math.max(y1, data.y[i]);
    }
    x0 = Math.max(0.01, Math.min(x0, x1 / 10));
    const w = root.clientWidth;
    const hgt = root.clientHeight;
    const a = Math.log(x0 * 0.9);
    const b = Math.log(x1 * 1.1);
    const top = Math.min(100, y1 * 1.06);
    scale = { w, hgt, x0: x0 * 0.9, x1: x1 * 1.1, top,
      px: (v) => pad.left + (Math.log(v) - a) / (b - a)
        * (w - pad.left - pad.right),
      py: (v) => hgt - pad.bottom - v / top * (hgt - pad.top - pad.bottom) };
  }

  function draw() {
    waiting = 0;
    if (!root.isConnected || !root.clientWidth) {
      return;
    }
    measure();
    const ratio = devicePixelRatio || 1;
    const c = canvas.getContext('2d');
    canvas.width = scale.w * ratio;
    canvas.height = scale.hgt * ratio;
    c.scale(ratio, ratio);
    const [text, rule, ...kinds] = ['soft', 'line', 'series1', 'series2',
      'series3', 'series4'].map(color);

    c.font = '12px system-ui, sans-serif';
    c.fillStyle = text;
    c.strokeStyle = rule;
    c.lineWidth = 1;
    c.textAlign = 'center';
    let last = -Infinity;
    for (const v of powers(scale.x0, scale.x1)) {
      const x = Math.round(scale.px(v)) + 0.5;
      c.beginPath();
      c.moveTo(x, pad.top);
      c.lineTo(x, scale.hgt - pad.bottom);
      c.stroke();
      if (x - last > 44) {
        c.fillText(short(v), x, scale.hgt - pad.bottom + 15);
        last = x;
      }
    }
    c.textAlign = 'right';
    for (const v of steps(0, scale.top)) {
      const y = Math.round(scale.py(v)) + 0.5;
      c.beginPath();
      c.moveTo(pad.left, y);
      c.lineTo(scale.w - pad.right, y);
      c.stroke();
      c.fillText(short(v), pad.left - 7, y + 4);
    }
    c.fillText(xLabel, scale.w - pad.right, scale.hgt - 4);
    c.save();
    c.translate(11, pad.top);
    c.rotate(-Math.PI / 2);
    c.fillText(yLabel, 0, 0);
    c.restore();

    const size = data.n > 20000 ? 2 : data.n > 2000 ? 3 : data.n > 200 ? 4 : 6;
    c.globalAlpha = data.n > 20000 ? 0.35 : 0.6;
    grid = new Map();
    for (let k = 0; k < kinds.length; k++) {
      c.fillStyle = kinds[k];
      for (let i = 0; i < data.n; i++) {
        if (data.k[i] !== k) {
          continue;
        }
        const x = scale.px(data.x[i]);
        const y = scale.py(data.y[i]);
        if (size > 3) {
          c.beginPath();
          c.arc(x, y, size / 2, 0, 6.3);
          c.fill();
        } else {
          c.fillRect(x - size / 2, y - size / 2, size, size);
        }
        const cell = (x >> 4) * 4096 + (y >> 4);
        const list = grid.get(cell);
        if (!list) {
          grid.set(cell, [i]);
        } else if (list.length < 40) {
          list.push(i);
        }
      }
    }
    c.globalAlpha = 1;
  }

  function near(event) {
    if (!grid) {
      return -1;
    }
    const box = canvas.getBoundingClientRect();
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    let best = -1;
    let least = 200;
    for (let a = -1; a <= 1; a++) {
      for (let b = -1; b <= 1; b++) {
        const cell = ((x >> 4) + a) * 4096 + (y >> 4) + b;
        for (const i of grid.get(cell) || []) {
          const d = (scale.px(data.x[i]) - x) ** 2
            + (scale.py(data.y[i]) - y) ** 2;
          if (d < least) {
            least = d;
            best = i;
          }
        }
      }
    }
    return best;
  }

  canvas.addEventListener('pointermove', (event) => {
    const i = near(event);
    tip.hidden = i < 0;
    if (i < 0) {
      return;
    }
    tip.replaceChildren(...tell(i));
    const x = scale.px(data.x[i]);
    tip.style.setProperty('top', `${scale.py(data.y[i]) + 12}px`);
    tip.style.setProperty('left',
      `${Math.max(4, Math.min(x + 12, scale.w - tip.offsetWidth - 4))}px`);
  });
  canvas.addEventListener('pointerleave', () => {
    tip.hidden = true;
  });
  canvas.addEventListener('click', (event) => {
    const i = near(event);
    if (i >= 0) {
      onpick?.(i);
    }
  });

  const later = () => {
    waiting ||= requestAnimationFrame(draw);
  };
  const resize = new ResizeObserver(later);
  resize.observe(root);
  addEventListener('theme', later);

  return {
    root,
    set(points) {
      data = points;
      later();
    },
    end() {
      resize.disconnect();
      removeEventListener('theme', later);
    },
  };
}

/* Bars within a table: the plot is its own table. */
export function bars(head, rows, { link } = {}) {
  const most = Math.max(1, ...rows.map((r) => r[1]));
  return h('table.bars', h('thead', h('tr', h('th', { scope: 'col' }, head[0]),
    h('th', { scope: 'col', colspan: 2 }, head[1]))),
  h('tbody', rows.map(([name, n, shown, to]) => h('tr',
    h('th', { scope: 'row' }, link && to ? h('a', { href: to }, name) : name),
    h('td.num', shown ?? short(n)),
    h('td.bar-cell', h('span.bar-fill', { style: {
      width: `${Math.max(0.5, n / most * 100)}%` } }))))));
}

/* Columns of a distribution. */
export function histogram(values, { label, format = short, n = 24 }) {
  const sorted = Float64Array.from(values).sort();
  const low = sorted[0] ?? 0;
  const high = sorted[sorted.length - 1] ?? 1;
  const [first, second] = steps(low, high, n);
  const step = (second - first) || 1;
  const start = Math.floor(low / step) * step;
  const bins = new Array(Math.max(1, Math.floor((high - start) / step) + 1))
    .fill(0);
  for (const v of sorted) {
    bins[Math.min(bins.length - 1, Math.floor((v - start) / step))]++;
  }
  const most = Math.max(...bins, 1);
  const wide = 600;
  const tall = 180;
  const w = wide / bins.length;
  const range = (i) => `${format(start + i * step)} – ${
    format(start + (i + 1) * step)}`;
  const marks = bins.map((_, i) => i)
    .filter((i) => i % Math.ceil(bins.length / 6) === 0);

  return h('figure.figure', svg('svg', { viewBox: `0 -8 ${wide} ${tall + 30}`,
    role: 'img', 'aria-label': label },
  bins.map((count, i) => svg('rect', { class: 'column', x: i * w + 1,
    y: tall - count / most * tall, width: Math.max(1, w - 2),
    height: count / most * tall, rx: 2 },
  svg('title', `${range(i)}: ${count}`))),
  svg('line', { class: 'axis', x1: 0, x2: wide, y1: tall, y2: tall }),
  marks.map((i) => svg('text', { x: i * w + 1, y: tall + 18 },
    format(start + i * step)))),
  numbers([label, t('plot.count')], () => bins.map((count, i) =>
    [range(i), short(count)])));
}

/* Lines over time: series of { name, points: [[ms, value]] }. */
export function trend(points, { label, format = short, when, band }) {
  const wide = 600;
  const tall = 200;
  const pad = 52;
  const xs = points.map((p) => p.at);
  const ys = points.flatMap((p) => [p.low, p.value, p.high])
    .filter((v) => v != null);
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const high = Math.max(...ys) * 1.08;
  const px = (v) => pad + (x1 === x0 ? 0.5 : (v - x0) / (x1 - x0))
    * (wide - pad - 14);
  const py = (v) => tall - v / high * tall;
  const path = (list) => list.map(([x, y], i) =>
    `${i ? 'L' : 'M'}${px(x).toFixed(1)} ${py(y).toFixed(1)}`).join('');

  return h('figure.figure', svg('svg', { viewBox: `0 -12 ${wide} ${tall + 38}`,
    role: 'img', 'aria-label': label },
  steps(0, high).map((v) => [svg('line', { class: 'axis', x1: pad, x2: wide,
    y1: py(v), y2: py(v) }), svg('text', { class: 'end', x: pad - 8,
    y: py(v) + 4 }, format(v))]).flat(),
  band && points.length > 1 ? svg('path', { class: 'band', d: `${path([
    ...points.map((p) => [p.at, p.high]),
    ...points.toReversed().map((p) => [p.at, p.low])])}Z` }) : null,
  svg('path', { class: 'curve', d: path(points.map((p) => [p.at, p.value])) }),
  points.map((p) => svg('circle', { class: 'point', cx: px(p.at),
    cy: py(p.value), r: 4 }, svg('title', `${when(p.at)}: ${format(p.value)}`))),
  [x0, ...x1 > x0 ? [x1] : []].map((v, i) => svg('text', {
    class: i ? 'end' : '', x: i ? wide - 6 : pad, y: tall + 20 }, when(v)))),
  numbers([label, t('plot.median'), t('plot.least'), t('plot.most')], () =>
    points.map((p) => [when(p.at), format(p.value), format(p.low),
      format(p.high)])));
}
