/*
 * Rows that were rejected: why, mended in place, and sent as an import of their
 * own that is linked to the first.
 */

import { ask, debounce, field, fill, h, icon, say, select } from '../lib/dom.js';
import { get, lines, Problem, request } from '../lib/api.js';
import { download, parse, safe, write } from '../lib/csv.js';
import { grid } from '../lib/grid.js';
import { trouble } from '../lib/load.js';
import { mapping, put, start } from '../lib/queue.js';
import { recall } from '../lib/store.js';
import { codeText, count, t } from '../lib/texts.js';

const KNOWN = ['title', 'model', 'price', 'currency', 'condition', 'quantity',
  'availability', 'seller', 'region', 'seen_at', 'listing_age', 'source_url',
  'source_type', 'bulk_notes', 'extra'];
const CURRENCIES = ['USD', 'EUR', 'GBP', 'CHF', 'PLN', 'SEK', 'NOK', 'DKK',
  'CZK', 'CAD', 'AUD', 'JPY', 'CNY', 'INR', 'BRL', 'TRY'];
const LIVE = 5000;              // so many changed rows are checked while typing

export function show(root, [id]) {
  const control = new AbortController();
  const { signal } = control;
  const status = h('p.small', { role: 'status' });
  const body = h('.mend');
  let table = null;

  fill(root, h('nav.crumbs', { 'aria-label': t('nav.where') },
    h('a', { href: '#/jobs' }, t('nav.jobs')), ' / ',
    h('a', { href: `#/jobs/${id}` }, id.slice(-12)), ' / ',
    h('span', t('errors.crumb'))), h('h1', t('errors.title')), status, body);

  async function begin() {
    try {
      const job = (await get(`jobs/${id}/status`, {}, signal)).data;
      const result = await get(`jobs/${id}/result`, {}, signal)
        .then((a) => a.data, (error) => {
          if (error.name === 'AbortError' || error.passing) {
            throw error;
          }
          return null;
        });
      await rows(job, result);
    } catch (error) {
      if (error.name === 'AbortError') {
        return;
      }
      if (!(error instanceof Problem)) {
        throw error;
      }
      status.textContent = '';
      fill(body, trouble(error));
      if (error.passing) {
        setTimeout(() => !signal.aborted && begin(), (error.after || 3) * 1000);
      }
    }
  }

  async function rows(job, result) {
    const json = Boolean(result?.dialect?.format);
    const mark = { tab: '\t' }[result?.dialect?.delimiter]
      || result?.dialect?.delimiter || ',';
    const used = result?.columns || {};
    let header = Object.keys(used);

    if (!json) {
      const text = await request(`jobs/${id}/errors`, { params: { limit: 1 },
        signal, headers: { Accept: 'text/csv' } }).then((a) => a.text(), () => '');
      const first = parse(text, mark, 1)[0]?.cells;
      if (first) {
        header = first.slice(0, -3);
      }
    }

    const all = [];
    let seen = [];
    const targets = header.map((name, i) => used[name.trim()]
      || used[Object.keys(used)[i]] || 'extra');

    const take = (list) => {
      for (const one of list) {
        let cells;
        let data = null;
        if (json) {
          try {
            data = JSON.parse(one.row_data);
          } catch { /* row_not_json */ }
          cells = header.map((k) => data?.[k] == null ? ''
            : typeof data[k] === 'object' ? JSON.stringify(data[k])
              : String(data[k]));
        } else {
          cells = parse(one.row_data || '', mark, 1)[0]?.cells || [''];
          while (cells.length < header.length) {
            cells.push('');
          }
        }
        all.push({ line: one.line, index: one.row_index, errors: one.errors,
          first: one.errors, cells, data, was: null, state: '' });
      }
      status.textContent = t('errors.loading', { n: all.length });
      apply();
    };

    const filter = { code: '', column: '', text: '' };

    function passes(row) {
      return (!filter.code || row.errors.some((e) => e.code === filter.code)
        || (row.state === 'fine' && row.first.some((e) =>
          e.code === filter.code)))
        && (!filter.column || row.first.some((e) => e.column === filter.column))
        && (!filter.text || row.cells.some((c) =>
          c.toLowerCase().includes(filter.text)));
    }

    /* What is shown changes when it is asked for, not while one mends. */
    function apply() {
      seen = all.filter(passes);
      table?.refresh();
      drawSide();
    }

    const faulty = (row, c) => row.errors.some((e) => e.column
      && targets[c] === e.column);

    table = grid({
      label: t('errors.title'),
      columns: [
        { name: t('col.line'), min: 72, num: true },
        { name: t('col.reason'), min: 240, grow: 1 },
        ...header.map((name, i) => ({ name: name || `#${i + 1}`,
          sub: targets[i] === 'extra' ? null : t(`target.${targets[i]}`),
          min: targets[i] === 'title' ? 260 : 120,
          grow: targets[i] === 'title' ? 2 : 1 })),
      ],
      rows: () => seen.length,
      cell(r, c) {
        const row = seen[r];
        if (c === 0) {
          return { text: row.line };
        }
        if (c === 1) {
          const fine = row.state === 'fine';
          return { kind: fine ? 'ok' : 'bad', title: row.errors.map((e) =>
            e.message).join('\n'), node: h('span.g-reason',
            icon(fine ? 'ok' : row.state === 'busy' ? 'clock' : 'bad'),
            fine ? t('errors.fine') : row.errors.map((e) =>
              codeText(e.code)).join(', ')) };
        }
        const text = row.cells[c - 2] ?? '';
        return { text, title: text, kind: `${faulty(row, c - 2)
          && row.state !== 'fine' ? 'fault' : ''} ${row.was
          && row.was[c - 2] !== row.cells[c - 2] ? 'changed' : ''}` };
      },
      edit: (r, c) => c < 2 ? null : seen[r]?.cells[c - 2] ?? '',
      onedit(r, c, text) {
        const row = seen[r];
        const was = row.cells[c - 2];
        change([[row, c - 2, text]]);
        const alike = seen.filter((o) => o !== row && o.cells[c - 2] === was
          && o.errors.some((e) => row.first.some((f) => f.code === e.code)));
        if (alike.length) {
          say(t('errors.alike', { n: alike.length, was: was || t('errors.empty'),
            text: text || t('errors.empty') }), { label: t('errors.alike_do'),
            action: () => change(alike.map((o) => [o, c - 2, text])) });
        }
      },
      onrow: drawRow,
    });

    // what was changed, for undo
    const past = [];

    function change(list) {
      past.push(list.map(([row, c]) => [row, c, row.cells[c]]));
      enter(list);
    }

    function enter(list) {
      for (const [row, c, text] of list) {
        row.was ||= [...row.cells];
        row.cells[c] = text;
        if (row.cells.every((x, i) => x === row.was[i])) {
          row.was = null;
          row.state = '';
          row.errors = row.first;
        } else {
          row.state = 'busy';
        }
      }
      table.refresh();
      drawSide();
      drawRow(table.active());
      if (changed().length <= LIVE) {
        soon();
      }
    }

    function back() {
      const list = past.pop();
      if (list) {
        enter(list);
      }
    }

    const changed = () => all.filter((r) => r.was);

    /* A file of these rows. */
    function file(list) {
      return json ? list.map((r) => {
        const data = { ...r.data };
        header.forEach((k, i) => {
          if (!r.was || r.was[i] !== r.cells[i]) {
            data[k] = r.cells[i];
          }
        });
        return `${JSON.stringify(data)}\n`;
      }).join('') : write([header, ...list.map((r) => r.cells)], mark);
    }

    const first = recall('sent', {})[id]?.options || {};
    const chosen = { currency: first.currency || '' };

    function options() {
      const o = { decimal: result?.dialect?.decimal || first.decimal,
        date_order: result?.dialect?.date_order || first.date_order,
        currency: chosen.currency, reject: first.reject };
      if (!json) {
        o.delimiter = mark === '\t' ? 'tab' : mark;
      }
      return Object.fromEntries(Object.entries(o).filter(([, v]) => v));
    }

    const map = targets.includes('shop') || targets.includes('scored') ? {}
      : Object.fromEntries(header.map((name, i) => [name.trim(), targets[i]])
        .filter(([name, target]) => name && KNOWN.includes(target)));

    const soon = debounce(() => verify(), 350);
    let checking = null;

    async function verify() {
      checking?.abort();
      checking = new AbortController();
      const list = changed().filter((r) => r.cells.some((c) => c.trim()));
      if (!list.length) {
        return;
      }
      let n = 0;
      try {
        await linesOf(list, checking.signal, (one) => {
          const row = list[one.import_index ?? one.row_index];
          if (row) {
            row.errors = one.errors || [];
            row.state = one.errors ? 'wrong' : 'fine';
            n++;
          }
        });
      } catch (error) {
        if (error.name === 'AbortError') {
          return;
        }
        // nothing of it is right: the reasons are in the answer
        for (const row of list) {
          row.state = 'wrong';
        }
        for (const one of error.body?.rows_with_errors || []) {
          list[one.row_index].errors = one.errors;
        }
        if (!error.body?.rows_with_errors) {
          say(error.message);
        }
      }
      table.refresh();
      drawSide();
      drawRow(table.active());
    }

    async function linesOf(list, stop, each) {
      const response = await request('score', { method: 'POST', signal: stop,
        params: { ...options(), map: mapping(map), errors: 'include',
          columns: 'import_index' },
        headers: { Accept: 'application/x-ndjson', 'Content-Type':
          json ? 'application/x-ndjson' : 'text/csv' }, body: file(list) });
      (await response.text()).split('\n').filter(Boolean)
        .forEach((line) => each(JSON.parse(line)));
    }

    async function send() {
      const list = changed().filter((r) => r.cells.some((c) => c.trim()));
      const name = (job.filename || t('job.unnamed'))
        .replace(/(\.\w+)?$/, json ? '-mended.ndjson' : '-mended.csv');
      const item = await put(name, new Blob([file(list)]));
      item.options = options();
      item.map = map;
      item.mends = id;
      item.label = job.source_label || '';
      if (await start(item)) {
        location.hash = `#/jobs/${item.jobId}`;
      } else {
        say(item.problem?.message || t('queue.failed'));
      }
    }

    const filters = h('.fields');
    const side = h('.mend-foot');
    const detail = h('.mend-row', { 'aria-live': 'polite' });
    const can = job.state === 'completed' && !job.undone_at;

    function drawRow(r) {
      const row = seen[r];
      fill(detail, row ? [h('strong', t('errors.line', { n: row.line })),
        row.state === 'fine' ? h('span.ok', t('errors.fine_text'))
          : row.errors.map((e) => h('span', h('b', codeText(e.code)), ' ',
            e.value ? h('code', e.value) : null, ' ', e.message))] : null);
    }

    function codes() {
      const counts = new Map();
      for (const row of all) {
        for (const code of new Set(row.first.map((e) => e.code))) {
          counts.set(code, (counts.get(code) || 0) + 1);
        }
      }
      return [...counts].sort((a, b) => b[1] - a[1]);
    }

    function drawFilters() {
      const columns = [...new Set(all.flatMap((r) => r.first.map((e) =>
        e.column)).filter(Boolean))];
      fill(filters,
        field(t('errors.code'), select([['', t('errors.any')], ...codes()
          .map(([c, n]) => [c, `${codeText(c)} (${count(n)})`])], filter.code,
        (v) => {
          filter.code = v;
          apply();
        })),
        field(t('errors.column'), select([['', t('errors.any')],
          ...columns.map((c) => [c, t(`target.${c}`)])], filter.column, (v) => {
          filter.column = v;
          apply();
        })),
        field(t('errors.text'), h('input', { type: 'search', oninput:
          debounce((event) => {
            filter.text = event.target.value.toLowerCase();
            apply();
          }, 150) })),
        can ? h('button', { type: 'button', onclick: replaceAll }, icon('edit'),
          t('errors.replace')) : null,
        can ? field(t('errors.currency'), select([['', t('errors.as_said')],
          ...CURRENCIES.map((c) => [c, c])], chosen.currency, (v) => {
          chosen.currency = v;
          soon();
        })) : null);
    }

    /* One edit for all alike. */
    async function replaceAll() {
      const worst = all[0]?.first[0]?.column;
      const state = { c: Math.max(0, targets.indexOf(worst)), find: '', to: '',
        whole: false };
      const says = h('p.small', { role: 'status' });
      const list = () => seen.map((row) => {
        const text = row.cells[state.c] ?? '';
        if (state.find === '' ? text.trim() !== ''
          : state.whole ? text.trim() !== state.find
            : !text.includes(state.find)) {
          return null;
        }
        return [row, state.c, state.find === '' || state.whole ? state.to
          : text.replaceAll(state.find, state.to)];
      }).filter((e) => e && e[0].cells[state.c] !== e[2]);
      const tell = () => {
        const now = list();
        says.textContent = t('replace.count', { n: now.length,
          example: now[0] ? `${now[0][0].cells[state.c] || '∅'} → ${
            now[0][2] || '∅'}` : '—' });
      };
      const text = (name) => h('input', { type: 'text', oninput(event) {
        state[name] = event.target.value;
        tell();
      } });
      tell();
      const yes = await ask(t('errors.replace'), [
        h('p', t('replace.text', { n: seen.length })),
        h('.fields',
          field(t('replace.column'), select(header.map((name, i) =>
            [String(i), name || `#${i + 1}`]), String(state.c), (v) => {
            state.c = Number(v);
            tell();
          })),
          field(t('replace.find'), text('find'), t('replace.find_text')),
          field(t('replace.to'), text('to')),
          field(t('replace.how'), select([['', t('replace.part')],
            ['yes', t('replace.whole')]], '', (v) => {
            state.whole = v === 'yes';
            tell();
          }))), says], [
        { label: t('cancel'), value: null },
        { label: t('replace.do'), kind: 'primary', value: true }]);
      if (yes) {
        const now = list();
        if (now.length) {
          change(now);
        }
        say(t('replace.done', { n: now.length }));
      }
    }

    function drawSide() {
      const mine = changed();
      const fine = mine.filter((r) => r.state === 'fine').length;
      fill(side,
        h('span.grow', { role: 'status' }, t('errors.shown', {
          n: seen.length, all: count(all.length) }),
        mine.length ? ` · ${t('errors.changed', { n: mine.length,
          fine: count(fine) })}` : ''),
        h('button', { type: 'button', disabled: !past.length, onclick: back },
          icon('undo'), t('errors.undo')),
        h('button', { type: 'button', onclick() {
          download(`${id.slice(-12)}-errors.csv`, 'text/csv', safe([
            [...header, '_line', '_codes', '_messages'],
            ...seen.map((r) => [...r.cells, r.line,
              r.errors.map((e) => e.code).join(' '),
              r.errors.map((e) => e.message).join('; ')])]));
        } }, icon('down'), t('errors.sheet')),
        h('button', { type: 'button', onclick() {
          download(`${id.slice(-12)}-errors.${json ? 'ndjson' : 'csv'}`,
            'text/csv', file(seen));
        } }, icon('down'), t('errors.raw')),
        can ? h('button.primary', { type: 'button', 'data-action': 'send',
          disabled: !mine.length, onclick: send },
        t('errors.send', { n: mine.length })) : null);
    }

    await lines(`jobs/${id}/errors`, { signal, online: (list) => {
      if (!body.contains(table.root)) {
        fill(body, can ? null : h('.callout.warn', icon('warn'), h('.grow',
          t('errors.cannot'))), filters, table.root, detail, side);
      }
      take(list);
    } });

    if (!all.length) {
      fill(body, h('.empty', h('.zone-icon', icon('ok')),
        h('strong', t('errors.none')),
        h('a.button', { href: `#/jobs/${id}` }, t('job.title'))));
      status.textContent = '';
      return;
    }
    const total = job.counts?.invalid || all.length;
    status.textContent = all.length < total
      ? t('errors.kept', { n: all.length, all: count(total) })
      : t('errors.intro');
    drawFilters();
    drawRow(0);
  }

  begin();
  return () => {
    control.abort();
    table?.end();
  };
}
