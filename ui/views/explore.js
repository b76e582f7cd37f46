/*
 * What the imports say: a table, price against score, how both are distributed,
 * a model over time, two imports side by side.  The address keeps the state.
 */

import { debounce, field, fill, h, icon, say, select } from '../lib/dom.js';
import { cursor, get, Problem, request } from '../lib/api.js';
import { download } from '../lib/csv.js';
import { grid } from '../lib/grid.js';
import { load, trouble } from '../lib/load.js';
import { bars, histogram, numbers, scatter, trend } from '../lib/plot.js';
import { amount, change, count, day, list, modelName, percent, reason, score,
  short, t, when } from '../lib/texts.js';
import { dots } from './file.js';

const FILTERS = ['import_id', 'model', 'min_price', 'max_price', 'min_score',
  'region', 'seller', 'match_type', 'is_valid_gpu'];
const WAYS = ['table', 'scatter', 'spread', 'trend', 'compare'];
const SIZES = [12, 24, 48];     // GB: memory, in four kinds
const BATCH = 1000;
const NEWEST = 24;              // imports of a trend

const kind = (gb) => SIZES.filter((s) => gb >= s).length;
const dollars = (v) => v == null ? '—' : amount(v, 'USD', v >= 100 ? 0 : 2);

export function show(root, args, query) {
  const state = Object.fromEntries(query);
  state.view = WAYS.includes(state.view) ? state.view : 'table';
  const place = h('.explore');
  const tabs = h('.tabs', { role: 'group', 'aria-label': t('explore.ways') });
  const form = h('form.fields', { onsubmit: (e) => e.preventDefault() });
  const models = h('datalist', { id: 'models' });
  let imports = [];
  let end = () => {};

  const filters = () => Object.fromEntries(FILTERS.filter((f) => state[f])
    .map((f) => [f, state[f]]));

  function keepState() {
    const q = new URLSearchParams(Object.entries(state).filter(([, v]) => v));
    history.replaceState(null, '', `#/explore?${q}`);
  }

  const later = debounce(() => {
    keepState();
    draw();
  }, 350);

  function set(name, value) {
    state[name] = value;
    later();
  }

  function input(name, type, props = {}) {
    return field(t(`filter.${name}`), h('input', { type, value: state[name] || '',
      ...props, oninput(event) {
        set(name, event.target.value.trim());
      } }));
  }

  function choice(name, options) {
    return field(t(`filter.${name}`), select([['', t('errors.any')],
      ...options], state[name] || '', (v) => set(name, v)));
  }

  const title = (i) => list([i.filename || i.source_label || i.import_id
    .slice(-12), day(i.created_at)]);

  function drawForm() {
    const given = imports.some((i) => i.import_id === state.import_id);
    fill(form,
      choice('import_id', [...imports.map((i) => [i.import_id, title(i)]),
        ...state.import_id && !given
          ? [[state.import_id, state.import_id.slice(-12)]] : []]),
      input('model', 'text', { list: 'models', spellcheck: 'false',
        placeholder: 'RTX_3090' }),
      input('min_price', 'number', { min: 0, step: 'any' }),
      input('max_price', 'number', { min: 0, step: 'any' }),
      input('min_score', 'number', { min: 0, max: 100, step: 'any' }),
      h('details.more', { open: ['region', 'seller', 'match_type',
        'is_valid_gpu'].some((f) => state[f]) }, h('summary', t('filter.more')),
      h('.fields', input('region', 'text'), input('seller', 'text'),
        choice('match_type', ['exact', 'alias', 'fuzzy', 'none'].map((m) =>
          [m, t(`match.${m}`)])),
        choice('is_valid_gpu', [['true', t('yes')], ['false', t('no')]]))));
  }

  function drawTabs() {
    fill(tabs, WAYS.map((way) => h('button', { type: 'button',
      'aria-pressed': String(state.view === way), onclick() {
        state.view = way;
        keepState();
        drawTabs();
        draw();
        tabs.querySelector('[aria-pressed=true]').focus();
      } }, t(`explore.${way}`))));
  }

  function draw() {
    end();
    end = { table, scatter: cloud, spread, trend: line, compare }[state.view]()
      || (() => {});
  }

  /* All pages of a list, up to a number of rows. */
  async function walk(path, params, most, signal, online) {
    let after = null;
    let n = 0;
    do {
      const page = await get(path, { ...params, limit: Math.min(BATCH, most - n),
        after }, signal);
      after = page.next;
      n += page.data.length;
      online(page.data, !after || n >= most);
    } while (after && n < most);
  }

  function table() {
    const control = new AbortController();
    const status = h('p.small', { role: 'status' });
    let rows = [];
    let after = null;
    let busy = false;
    let done = false;

    const cols = [
      ['title', t('col.title'), 240, 3],
      ['canonical_model', t('col.model'), 140, 1],
      ['match_score', t('col.match'), 118, 0, true],
      ['price', t('col.price'), 118, 0, true],
      ['price_usd', 'USD', 92, 0, true],
      ['score', t('col.score'), 76, 0, true],
      ['vram_gb', 'GB', 60, 0, true],
      ['condition', t('target.condition'), 110, 0],
      ['seller', t('target.seller'), 110, 1],
      ['region', t('target.region'), 90, 0],
    ];
    const view = grid({
      label: t('explore.table'),
      columns: cols.map(([, name, min, grow, num]) =>
        ({ name, min, grow, num })),
      rows: () => rows.length,
      cell(r, c) {
        const row = rows[r];
        const key = cols[c][0];
        const value = row[key];
        switch (key) {
        case 'title':
          return { text: value || '', title: value,
            node: /^https?:\/\//i.test(row.source_url || '')
              ? h('a', { href: row.source_url, rel: 'noreferrer noopener',
                target: '_blank', tabindex: '-1' }, value) : null };
        case 'canonical_model':
          return value === 'UNKNOWN' ? { text: reason(row.unknown_reason),
            kind: 'dim' } : { text: modelName(value), title: row.match_notes };
        case 'match_score': return { node: value ? h('span', dots(value), ' ',
          percent(value)) : null, text: '—', title: row.match_notes };
        case 'price': return { text: amount(value, row.currency) };
        case 'price_usd': return { text: dollars(value) };
        case 'score': return { text: score(value), kind: 'strong' };
        default: return { text: value == null ? '' : String(value),
          title: value };
        }
      },
      onend: more,
    });

    async function more() {
      if (busy || done) {
        return;
      }
      busy = true;
      try {
        const page = await get('listings', { ...filters(), sort: state.sort,
          limit: 200, after }, control.signal);
        rows = rows.concat(page.data);
        after = page.next;
        done = !after;
        if (!rows.length) {
          empty();
          return;
        }
        status.textContent = done ? t('explore.rows', { n: rows.length })
          : t('explore.rows_more', { n: rows.length });
        busy = false;
        view.render();
      } catch (error) {
        if (error.name === 'AbortError') {
          return;
        }
        fill(place, trouble(error));
        if (error.passing) {
          setTimeout(() => !control.signal.aborted && draw(),
            (error.after || 3) * 1000);
        }
      }
    }

    const sort = select(['-time', 'time', '-score', 'score', 'price', '-price']
      .map((s) => [s === '-time' ? '' : s, t(`sort.${s}`)]), state.sort || '',
    (v) => set('sort', v), { 'aria-label': t('explore.sort') });

    fill(place, h('.head', status, h('.grow'), sort,
      h('button', { type: 'button', onclick: (e) => save(e.currentTarget) },
        icon('down'), t('explore.export'))), view.root);
    more();
    return () => {
      control.abort();
      view.end();
    };
  }

  async function save(button) {
    const parts = [];
    let after = null;
    button.disabled = true;
    try {
      do {
        const response = await request('listings', { params: { ...filters(),
          sort: state.sort, limit: BATCH, after },
        headers: { Accept: 'text/csv' } });
        const text = await response.text();
        parts.push(parts.length ? text.slice(text.indexOf('\n') + 1) : text);
        after = cursor(response);
        button.lastChild.textContent = t('explore.saving', {
          n: parts.length * BATCH });
      } while (after);
      download('listings.csv', 'text/csv', ...parts);
    } catch (error) {
      say(error.message);
    }
    button.lastChild.textContent = t('explore.export');
    button.disabled = false;
  }

  function empty() {
    fill(place, h('.empty', h('.zone-icon', icon('file')),
      h('strong', t('explore.none')), h('p', t('explore.none_text'))));
  }

  /* Points for the scatter and for distributions. */
  function points(most, ondata) {
    const control = new AbortController();
    const p = { n: 0, x: new Float32Array(most), y: new Float32Array(most),
      k: new Uint8Array(most), rows: [] };
    let timer;

    const go = async () => {
      p.n = 0;
      p.rows = [];
      try {
        await walk('listings', filters(), most, control.signal, (rows, last) => {
          for (const row of rows) {
            if (row.price_usd > 0 && row.score > 0) {
              p.x[p.n] = row.price_usd;
              p.y[p.n] = row.score;
              p.k[p.n] = kind(row.vram_gb);
              p.rows.push({ title: row.title, model: row.canonical_model,
                seller: row.seller, import_id: row.import_id });
              p.n++;
            }
          }
          ondata(p, last);
        });
      } catch (error) {
        if (error.name === 'AbortError') {
          return;
        }
        fill(place, trouble(error));
        if (error instanceof Problem && error.passing) {
          timer = setTimeout(draw, (error.after || 3) * 1000);
        }
      }
    };
    go();
    return () => {
      clearTimeout(timer);
      control.abort();
    };
  }

  const most = () => Number(state.most) || 10000;

  const amountChoice = () => select([1000, 10000, 100000].map((n) =>
    [String(n), t('explore.most', { n })]), String(most()), (v) =>
    set('most', v), { 'aria-label': t('explore.most_label') });

  const legend = () => h('ul.legend', { 'aria-label': t('explore.memory') },
    [0, 1, 2, 3].map((k) => h('li', h('span', { class: `key k${k}` }),
      k === 0 ? `< ${SIZES[0]} GB` : k === 3 ? `≥ ${SIZES[2]} GB`
        : `${SIZES[k - 1]}–${SIZES[k] - 1} GB`)));

  function cloud() {
    const status = h('p.small', { role: 'status' });
    let p = null;
    const plot = scatter({
      xLabel: t('explore.x'), yLabel: t('col.score'),
      label: t('explore.scatter_label'),
      tell: (i) => [h('strong', modelName(p.rows[i].model)),
        h('span', `${dollars(p.x[i])} · ${score(p.y[i])}`),
        h('small', p.rows[i].title), h('small', p.rows[i].seller || '')],
      onpick(i) {
        location.hash = `#/explore?${new URLSearchParams({ ...filters(),
          model: p.rows[i].model })}`;
      },
    });
    fill(place, h('.head', status, h('.grow'), legend(), amountChoice()),
      plot.root, numbers([t('col.model'), t('explore.x'), t('col.score')],
        () => p ? [...p.rows.keys()].sort((a, b) => p.y[b] - p.y[a])
          .slice(0, 200).map((i) => [modelName(p.rows[i].model),
            dollars(p.x[i]), score(p.y[i])]) : []));
    const stop = points(most(), (all, last) => {
      p = all;
      plot.set(all);
      status.textContent = t(last ? 'explore.points' : 'explore.points_more',
        { n: all.n });
      if (last && !all.n) {
        empty();
      }
    });
    return () => {
      stop();
      plot.end();
    };
  }

  function spread() {
    fill(place, h('.waiting', h('span.spinner'), t('loading')));
    return points(most(), (p, last) => {
      if (!last) {
        return;
      }
      if (!p.n) {
        empty();
        return;
      }
      const by = new Map();
      for (let i = 0; i < p.n; i++) {
        const m = p.rows[i].model;
        by.set(m, [...by.get(m) || [], p.x[i]]);
      }
      const sorted = [...p.x.slice(0, p.n)].sort((a, b) => a - b);
      // the few that cost ten times as much as all others hide them
      const cut = sorted[Math.floor(p.n * 0.98)];
      fill(place, h('.head', h('p.small', t('explore.points', { n: p.n })),
        h('.grow'), amountChoice()), h('.two',
        h('section.panel', h('h2', t('explore.prices')),
          histogram(sorted.filter((v) => v <= cut), { label: t('explore.x'),
            format: (v) => short(v) }),
          h('p.small', t('explore.cut', { price: dollars(cut) }))),
        h('section.panel', h('h2', t('explore.scores')),
          histogram(p.y.slice(0, p.n), { label: t('col.score') })),
        h('section.panel.wide', h('h2', t('explore.by_model')), bars(
          [t('col.model'), t('explore.listings_median')], [...by]
            .sort((a, b) => b[1].length - a[1].length).slice(0, 20)
            .map(([m, prices]) => {
              prices.sort((a, b) => a - b);
              return [modelName(m), prices.length, `${count(prices.length)} · ${
                dollars(prices[prices.length >> 1])}`,
              `#/explore?view=trend&model=${m}`];
            }), { link: true }))));
    });
  }

  function line() {
    if (!state.model) {
      return spreadModels();
    }
    return load(fill(place), async (signal) => {
      const { data } = await get('imports', { limit: NEWEST }, signal);
      const all = await Promise.all(data.map(async (i) => {
        const { data: found } = await get('models', { model: state.model,
          import_id: i.import_id }, signal);
        return { i, m: found[0] };
      }));
      return all.filter(({ m }) => m?.listings && m.price_median != null)
        .reverse();
    }, (all) => {
      if (!all.length) {
        empty();
        return;
      }
      fill(place, h('section.panel', h('h2', modelName(state.model)),
        h('p.small', t('explore.trend_text', { n: all.length })),
        trend(all.map(({ i, m }) => ({ at: Date.parse(i.created_at),
          value: m.price_median, low: m.price_min, high: m.price_max })),
        { label: t('explore.x'), band: true, format: (v) => v == null ? '—'
          : short(v), when: (ms) => when(new Date(ms).toISOString()) })));
    });
  }

  /* Which model, where none is chosen. */
  function spreadModels() {
    return load(fill(place), (signal) => listed({ import_id: state.import_id },
      signal), (all) => {
      if (!all.length) {
        empty();
        return;
      }
      fill(place, h('section.panel', h('h2', t('explore.choose_model')), bars(
        [t('col.model'), t('col.listings')], all.sort((a, b) =>
          b.listings - a.listings).slice(0, 30).map((m) => [modelName(m.model),
          m.listings, count(m.listings), `#/explore?${new URLSearchParams({
            ...filters(), view: 'trend', model: m.model })}`]),
        { link: true })));
    });
  }

  async function listed(params, signal) {
    const all = [];
    await walk('models', params, 10000, signal, (rows) => all.push(
      ...rows.filter((m) => m.listings)));
    return all;
  }

  function compare() {
    const options = [['', '—'], ...imports.map((i) => [i.import_id, title(i)])];
    state.a ||= imports[1]?.import_id;
    state.b ||= imports[0]?.import_id;
    const out = h('.compare');
    keepState();
    fill(place, h('.fields',
      field(t('compare.a'), select(options, state.a || '', (v) => set('a', v))),
      field(t('compare.b'), select(options, state.b || '', (v) => set('b', v)))), out);
    if (!state.a || !state.b || state.a === state.b) {
      fill(out, h('.empty', h('strong', t('compare.choose'))));
      return null;
    }
    const both = h('.compare');
    const same = h('.compare');
    fill(out, both, same);
    const ends = [
      load(both, async (signal) => Promise.all([
        listed({ import_id: state.a, model: state.model }, signal),
        listed({ import_id: state.b, model: state.model }, signal)]),
      ([a, b]) => drawModels(both, a, b)),
      load(same, async (signal) => (await get('forecast/deltas', {
        import_id: state.b, model: state.model, limit: 200 }, signal)).data
        .filter((d) => d.previous_import_id === state.a && d.price_change),
      (deltas) => drawOffers(same, deltas)),
    ];
    return () => ends.forEach((stop) => stop());
  }

  const sheet = (label, head, rows) => h('.scroll', { tabindex: '0',
    role: 'region', 'aria-label': label }, h('table.dense',
    h('thead', h('tr', head.map(([name, num]) =>
      h(num ? 'th.num' : 'th', { scope: 'col' }, name)))), h('tbody', rows)));

  const moved = (share) => h('td', { class: `num ${share > 0 ? 'up'
    : share < 0 ? 'down' : ''}` }, share === null ? '—' : change(share));

  function drawModels(where, a, b) {
    const both = new Map(a.map((m) => [m.model, [m, null]]));
    for (const m of b) {
      both.set(m.model, [both.get(m.model)?.[0] || null, m]);
    }
    const n = ([, [x, y]]) => (x?.listings || 0) + (y?.listings || 0);
    const rows = [...both].sort((x, y) => n(y) - n(x));
    const only = (i) => count(rows.filter(([, m]) => !m[1 - i]).length);

    fill(where, h('p.small', t('compare.sum', { n: rows.length, a: only(0),
      b: only(1) })), sheet(t('explore.compare'), [[t('col.model')],
      [t('compare.n_a'), 1], [t('compare.n_b'), 1], [t('compare.median_a'), 1],
      [t('compare.median_b'), 1], [t('compare.change'), 1]],
    rows.slice(0, 200).map(([id, [x, y]]) => h('tr',
      h('th', { scope: 'row' }, modelName(id)),
      h('td.num', count(x?.listings || 0)), h('td.num', count(y?.listings || 0)),
      h('td.num', dollars(x?.price_median)),
      h('td.num', dollars(y?.price_median)),
      moved(x?.price_median && y?.price_median
        ? y.price_median / x.price_median - 1 : null)))));
  }

  function drawOffers(where, deltas) {
    fill(where, deltas.length ? [h('h2', t('compare.same')),
      sheet(t('compare.same'), [[t('col.title')], [t('col.model')],
        [t('compare.before'), 1], [t('compare.after'), 1],
        [t('compare.change'), 1]], deltas.map((d) => h('tr', h('td', d.title),
        h('td', modelName(d.canonical_model)),
        h('td.num', amount(d.previous_price, d.currency)),
        h('td.num', amount(d.price, d.currency)),
        moved(d.price_change_pct / 100))))] : null);
  }

  fill(root, h('.head', h('h1', t('explore.title')), h('.grow'),
    h('button', { type: 'button', async onclick() {
      keepState();
      try {
        await navigator.clipboard.writeText(location.href);
        say(t('explore.copied'));
      } catch {
        say(location.href);
      }
    } }, icon('link'), t('explore.copy'))), form, models, tabs, place);
  drawForm();
  drawTabs();
  draw();

  get('imports', { limit: 100 }).then(({ data }) => {
    imports = data;
    drawForm();
    if (state.view === 'compare') {
      draw();
    }
  }, () => {});
  get('models', { limit: BATCH }).then(({ data }) => fill(models, data
    .filter((m) => m.listings).map((m) => h('option', { value: m.model }))),
  () => {});

  return () => end();
}
