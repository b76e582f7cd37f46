/*
 * One file before it is sent: how it was read, what its columns are, and what
 * its rows would become.  Each change is followed by a dry run.
 */

import { debounce, field, fill, h, icon, redraw, select } from '../lib/dom.js';
import { decode, parse } from '../lib/csv.js';
import { check, recalled, remap, unremember } from '../lib/queue.js';
import { amount, bytes, codeText, count, modelName, percent, reason, score, t }
  from '../lib/texts.js';

export const TARGETS = ['title', 'model', 'price', 'currency', 'condition',
  'quantity', 'availability', 'seller', 'region', 'seen_at', 'listing_age',
  'source_url', 'source_type', 'bulk_notes', 'extra', 'ignored'];

const CURRENCIES = ['USD', 'EUR', 'GBP', 'CHF', 'PLN', 'SEK', 'NOK', 'DKK',
  'CZK', 'CAD', 'AUD', 'JPY', 'CNY', 'INR', 'BRL', 'TRY'];
const CHARSETS = ['utf-8', 'windows-1252', 'windows-1250', 'windows-1251',
  'iso-8859-2', 'iso-8859-15', 'shift_jis', 'gb18030', 'big5', 'euc-kr'];
const DELIMITERS = { ',': 'comma', ';': 'semicolon', '|': 'bar', tab: 'tab',
  '\t': 'tab' };

/* What separates the columns, where the server has not said it. */
function sniff(text) {
  const line = text.slice(0, 4096).split(/\r\n|\n|\r/).find((l) => l.trim()) || '';
  return [',', ';', '\t', '|'].map((d) => [line.split(d).length, d])
    .sort((a, b) => b[0] - a[0])[0][1];
}

/* The file's own cells.  The header is the record that has the names which the
 * server has seen; a file without one has places. */
async function raw(item, result) {
  if (item.type !== 'text/csv') {
    return null;
  }
  const { options: o } = item;
  const told = result?.dialect?.delimiter || o.delimiter;
  const known = Object.keys(result?.columns || {});
  const id = [told, result?.dialect?.charset, o.header, o.header_line,
    known.join()].join('\n');
  if (item.raw?.id === id && item.raw.head === item.head) {
    return item.raw;
  }
  const text = decode(new Uint8Array(await item.head.arrayBuffer()),
    result?.dialect?.charset || o.charset).replace(/^\ufeff/, '');
  const records = parse(text, told ? told === 'tab' ? '\t' : told : sniff(text),
    2000);
  let at = records.findIndex((r) => r.line >= Number(o.header_line || 1));
  let most = 0;
  records.slice(0, 200).forEach(({ cells }, i) => {
    const n = cells.filter((c) => known.includes(c.trim())).length;
    if (n > most) {
      most = n;
      at = i;
    }
  });
  const header = o.header === 'none' ? null
    : (records[at]?.cells || []).map((c) => c.trim());
  const rows = records.slice(header ? at + 1 : 0).map((r) => r.cells)
    .filter((cells) => cells.some((c) => c.trim()));
  const names = header ? known.length ? known : header
    : (rows[0] || []).map((c, i) => `column_${i + 1}`);
  item.raw = { id, head: item.head, header, rows, names,
    at(name) {
      const i = header ? header.indexOf(name) : -1;
      return i >= 0 || (header && header.length !== names.length) ? i
        : names.indexOf(name);
    } };
  return item.raw;
}

/* What a file without a header may have: titles have letters, and the price is
 * the first of the other columns that are mostly digits. */
function guess(rows) {
  const some = rows.slice(0, 50);
  const width = Math.max(...some.map((r) => r.length), 0);
  const mean = (i, f) => some.reduce((n, r) => n + f(r[i] || ''), 0)
    / some.length;
  const letters = (c) => /^https?:/.test(c) ? 0
    : c.replace(/[^\p{L}]/gu, '').length;
  const columns = [...Array(width).keys()];
  const title = columns.sort((a, b) => mean(b, letters) - mean(a, letters))[0];
  const price = columns.filter((i) => i !== title).sort((a, b) => a - b)
    .find((i) => mean(i, (c) => /\d/.test(c) && letters(c) < 4
      && c.length < 16 ? 1 : 0) > 0.7);
  return { [`column_${title + 1}`]: 'title',
    ...price === undefined ? {} : { [`column_${price + 1}`]: 'price' } };
}

/* "Preis, EUR":price,Titel:title as a mapping. */
function unmap(text) {
  const map = {};
  for (const [, quoted, plain, target] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^,"][^,]*?)):(\w+)(?:,|$)/g)) {
    map[quoted === undefined ? plain : quoted.replaceAll('""', '"')] = target;
  }
  return map;
}

const bare = (text) => (text || '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');

/* Which record a valid row was: those that are no rows have no number. */
function align(preview, own, titles) {
  const found = new Map();
  let shift = 0;
  for (const row of preview) {
    const wanted = bare(row.title).slice(0, 24);
    for (let k = shift; k < shift + 8; k++) {
      const cells = own.rows[row.import_index + k];
      if (cells && bare(titles.map((i) => cells[i]).join(' ')).includes(wanted)) {
        shift = k;
        found.set(row.import_index, cells);
        break;
      }
    }
  }
  return found;
}

function byCode(list) {
  const codes = new Map();
  for (const one of list) {
    const known = codes.get(one.code);
    if (known) {
      known.n++;
    } else {
      codes.set(one.code, { ...one, n: 1 });
    }
  }
  return [...codes.values()].sort((a, b) => b.n - a.n);
}

/* The server speaks to programs, too: for people it is said differently. */
export function hint(w) {
  const text = t(`hint.${w.code}`, { n: Number.parseInt(w.message, 10) || 0 });
  return text.startsWith('hint.') ? w.message : text;
}

export function dots(value) {
  return h('span.meter', { role: 'img', 'aria-label': percent(value) },
    h('span', { style: { width: `${Math.round(value * 100)}%` } }));
}

export function sheet(item, go) {
  const reading = h('.fields.reading');
  const columns = h('.mapping');
  const preview = h('.preview');
  const foot = h('.foot');
  const note = h('div');
  const open = { rows: 'all' };
  let sequence = 0;
  const again = debounce(() => check(item), 250);

  const option = (name, value) => {
    if (value) {
      item.options[name] = value;
    } else {
      delete item.options[name];
    }
    check(item);
  };

  const auto = (found) => found ? t('auto_is', { value: found }) : t('auto');

  /* What can be done about a code, with one click. */
  function remedies(w) {
    const one = (label, act) => h('button.chip', { type: 'button',
      onclick: act }, label);
    const set = (name, values, word) => values.filter((v) =>
      item.options[name] !== v).map((v) => one(word(v), () => option(name, v)));
    const map = w.message?.match(/\?map=(.+)$/);
    const list = ['currency_unknown', 'currency_assumed', 'no_rate']
      .includes(w.code) ? set('currency', ['USD', 'EUR', 'GBP'],
        (v) => t('remedy.currency', { currency: v }))
      : w.code === 'price_ambiguous' ? set('decimal', ['point', 'comma'],
        (v) => t(`remedy.${v}`))
        : w.code === 'date_ambiguous' ? set('date_order', ['dmy', 'mdy'],
          (v) => t(`dates.${v}`))
          : map ? [one(t('remedy.map'), () => {
            Object.assign(item.map, unmap(map[1]));
            check(item);
          })] : [];
    return list.length ? h('.remedies', list) : null;
  }

  function drawReading(dialect) {
    const o = item.options;
    const word = (d) => t(`delimiter.${DELIMITERS[d] || 'other'}`);
    const parts = [];
    if (item.type === 'text/csv') {
      parts.push(field(t('read.delimiter'), select([
        ['', auto(dialect?.delimiter && word(dialect.delimiter))],
        [',', word(',')], [';', word(';')], ['tab', word('tab')],
        ['|', word('|')]], o.delimiter || '', (v) => option('delimiter', v))));
      parts.push(field(t('read.charset'), select([
        ['', auto(dialect?.charset)], ...CHARSETS.map((c) => [c, c])],
      o.charset || '', (v) => option('charset', v))));
      parts.push(field(t('read.header'), select([
        ['', t('auto')], ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) =>
          [String(n), t('read.line', { n })]), ['none', t('read.no_header')]],
      o.header || o.header_line || '', (v) => {
        delete o.header;
        delete o.header_line;
        item.map = v === 'none' ? guess([...item.raw.header ? [item.raw.header]
          : [], ...item.raw.rows]) : {};
        option(v === 'none' ? 'header' : 'header_line', v);
      })));
    }
    parts.push(field(t('read.decimal'), select([
      ['', auto(['point', 'comma'].includes(dialect?.decimal)
        && t(`decimal.${dialect.decimal}`))],
      ['point', t('decimal.point')], ['comma', t('decimal.comma')]],
    o.decimal || '', (v) => option('decimal', v))));
    parts.push(field(t('read.currency'), select([
      ['', t('read.currency_auto')], ...CURRENCIES.map((c) => [c, c])],
    o.currency || '', (v) => option('currency', v))));
    parts.push(field(t('read.dates'), select([
      ['', auto(dialect?.date_order && t(`dates.${dialect.date_order}`))],
      ...['dmy', 'mdy', 'ymd'].map((d) => [d, t(`dates.${d}`)])],
    o.date_order || '', (v) => option('date_order', v))));
    if (item.from) {
      parts.unshift(field(t('read.sheet'), select(
        item.from.sheets.map((name, i) => [String(i), name]),
        String(item.from.sheet), (v) => item.from.change(Number(v)))));
    }
    redraw(reading, parts);
  }

  function drawColumns(result, own, suggestions) {
    const names = own?.names || Object.keys(result?.columns || {});
    const used = result?.columns || {};
    const at = (name) => own ? own.at(name) : -1;
    const missing = ['price', ['title', 'model']].filter((want) =>
      ![want].flat().some((w) => names.some((n) =>
        (item.map[n] || used[n]) === w || used[n] === 'shop')));

    redraw(columns,
      missing.length && names.length ? h('p', h('strong', t('map.missing', {
        what: missing.map((m) => t(`target.${[m].flat()[0]}`)).join(', ') })))
        : null,
      item.remembered ? h('.callout', icon('clock'), h('.grow',
        t('map.remembered')), h('button', { type: 'button', onclick() {
        unremember(item);
        check(item);
      } }, t('map.forget'))) : null,
      h('.rows', { role: 'list' }, names.map((name) => {
        const target = item.map[name] || used[name] || 'extra';
        const i = at(name);
        const samples = i < 0 || !own ? [] : [...new Set(own.rows.slice(0, 40)
          .map((r) => (r[i] || '').trim()).filter(Boolean))].slice(0, 3);
        const hints = (suggestions || []).filter((s) => s.column === name
          && s.as !== target);
        const control = select([...TARGETS,
          ...TARGETS.includes(target) ? [] : [target]].map((v) =>
          [v, t(`target.${v}`)]), target, (v) => {
          remap(item, name, v, used[name]);
          if (missing.length || !result?.valid_rows) {
            check(item);
          } else {
            again();
          }
        }, { 'aria-label': t('map.target', { name }) });
        return h('.map-row', { role: 'listitem',
          class: `map-row ${['extra', 'ignored'].includes(target) ? 'dim' : ''}` },
        h('.map-from', h('span.map-name', name),
          h('span.map-samples', samples.map((s) => h('span', s)))),
        icon('arrow'),
        h('.map-to', control,
          h('small', { class: item.map[name] ? 'mine' : '' },
            item.map[name] ? t('map.mine') : t(`target.${target}_text`)),
          hints.map((s) => h('button.chip', { type: 'button', onclick() {
            remap(item, name, s.as, used[name]);
            check(item);
          } }, t('map.suggest', { what: t(`target.${s.as}`),
            percent: percent(s.confidence) })))));
      })));
  }

  function row(r, cells, titles, price, notes) {
    return h('tr', { class: notes.length ? 'warned' : '' },
      h('td.num', count(r.import_index + 1)),
      h('td.raw', cells ? [h('span', titles.map((i) => cells[i])
        .filter(Boolean).join(' · ') || '—'),
      price >= 0 ? h('small', cells[price]) : null] : h('span', r.title)),
      h('td', r.canonical_model === 'UNKNOWN'
        ? h('span.model.unknown', t('unknown_model'))
        : h('span.model', modelName(r.canonical_model)),
      h('small', r.canonical_model === 'UNKNOWN' ? reason(r.unknown_reason)
        : (r.match_notes || '')),
      notes.map((w) => h('small.note', icon('warn'), codeText(w.code)))),
      h('td.num', r.match_score ? [dots(r.match_score),
        h('small', percent(r.match_score))] : '—'),
      h('td.num', amount(r.price, r.currency),
        r.currency !== 'USD' && r.price_usd != null
          ? h('small', amount(r.price_usd, 'USD')) : null),
      h('td.num.strong', score(r.score)));
  }

  function fault(r) {
    const data = r.row_data && typeof r.row_data === 'object'
      ? Object.values(r.row_data).filter(Boolean).slice(0, 4).join(' · ')
      : String(r.row_data ?? '');
    return h('tr.failed', h('td.num', count(r.row_index + 1)),
      h('td.raw', h('span', data)),
      h('td', { colspan: 4 }, r.errors.map((e) => h('.reason', icon('bad'),
        h('span', h('strong', codeText(e.code)), ' ',
          e.value ? h('code', e.value) : null,
          h('small', e.message))))));
  }

  function drawPreview(result, own, c) {
    const used = result.columns || {};
    const at = (name) => own && name !== undefined ? own.at(name) : -1;
    const titles = Object.keys(used).filter((n) => used[n] === 'title'
      || (used[n] === 'model' && !Object.values(used).includes('title')))
      .map(at).filter((i) => i >= 0);
    const price = at(Object.keys(used).find((n) => used[n] === 'price'));
    const rows = result.preview || [];
    const found = own ? align(rows, own, titles) : new Map();
    const warned = result.warnings || [];
    const errors = byCode((result.rows_with_errors || [])
      .flatMap((r) => r.errors.map((e) => ({ ...e, line: r.line }))));
    const warnings = byCode(warned.filter((w) => w.row_index !== null));
    const all = [
      ...rows.map((r) => [r.import_index, row(r, found.get(r.import_index),
        titles, price, warned.filter((w) => w.row_index === r.import_index))]),
      ...(result.rows_with_errors || []).map((r) => [r.row_index, fault(r)]),
    ].sort((a, b) => a[0] - b[0]).map(([, tr]) => tr);
    const pick = { all, errors: all.filter((tr) => tr.matches('.failed')),
      warnings: all.filter((tr) => tr.matches('.warned')) };
    const more = (list, total) => list.reduce((n, e) => n + e.n, 0) < total;

    redraw(preview,
      h('.tiles',
        tile(count(result.total_rows), t('tile.rows')),
        tile(count(result.valid_rows), t('tile.valid'), 'ok'),
        tile(count(result.invalid_rows), t('tile.invalid'),
          result.invalid_rows ? 'bad' : ''),
        tile(count(result.unknown_rows), t('tile.unknown'),
          result.unknown_rows ? 'warn' : ''),
        tile(count(result.duplicate_rows), t('tile.repeated')),
        scores(result.score_range)),
      result.duplicate_of ? h('.callout', icon('clock'),
        h('.grow', t('preview.before')),
        h('a.button', { href: `#/jobs/${result.duplicate_of}` },
          t('preview.before_show'))) : null,
      errors.length || warnings.length ? h('ul.reasons',
        [...errors.map((e) => ['bad', e]), ...warnings.map((w) => ['warn', w])]
          .map(([kind, e]) => h('li', { class: kind }, icon(kind),
            h('span.n', count(e.n), (kind === 'bad'
              ? more(errors, result.invalid_rows)
              : more(warnings, result.summary_stats?.warnings_count || 0))
              ? '+' : ''),
            h('span', h('strong', codeText(e.code)),
              e.value ? [' ', h('code', e.value)] : '',
              h('small', e.message), remedies(e))))) : null,
      h('.tabs', { role: 'group', 'aria-label': t('preview.show') },
        ['all', 'errors', 'warnings'].map((which) => h('button', {
          type: 'button', 'aria-pressed': String(open.rows === which),
          onclick() {
            open.rows = which;
            drawPreview(result, own, c);
          } }, t(`preview.${which}`), ' ', h('span.n',
          count(pick[which].length))))),
      h('.scroll', { tabindex: '0', role: 'region',
        'aria-label': t('preview.title') },
      pick[open.rows].length ? h('table.dense',
        h('thead', h('tr', h('th.num', t('col.row')), h('th', t('col.file')),
          h('th', t('col.understood')), h('th.num', t('col.match')),
          h('th.num', t('col.price')), h('th.num', t('col.score')))),
        h('tbody', pick[open.rows])) : h('p.none', t('preview.none'))));
  }

  function drawFoot(c) {
    const r = c.result;
    const n = r?.valid_rows;
    let text = '';
    if (c.state === 'busy') {
      text = t('check.busy');
    } else if (c.state === 'waits') {
      text = t('check.waits', { why: c.problem.message });
    } else if (c.state === 'refused') {
      text = t('check.refused');
    } else if (c.whole) {
      text = r.invalid_rows ? t('check.some', { n: r.invalid_rows })
        : t('check.all');
    } else {
      text = t('check.part', { part: bytes(item.head.size),
        all: bytes(item.blob.size) });
    }
    redraw(foot, h('.foot-row',
      h('span.grow', { role: 'status' }, c.state === 'busy'
        ? h('span.spinner') : null, text),
      item.partial && !c.whole && c.state === 'fine'
        ? h('button', { type: 'button', onclick() { check(item, true); } },
          t('check.whole')) : null,
      h('button.primary', { type: 'button', 'data-action': 'import',
        disabled: !['fine', 'waits'].includes(c.state) || n === 0,
        onclick() { go(item); } },
      item.problem ? t('import.again') : c.whole && n !== undefined
        ? t('import.do', { n }) : t('import.do_file'))));
  }

  function settings() {
    const o = item.options;
    return h('details.panel.more', h('summary', t('options.title')),
      h('.fields',
        field(t('options.label'), h('input', { type: 'text', maxlength: 200,
          value: item.label, oninput(event) {
            item.label = event.target.value;
          } }), t('options.label_text')),
        field(t('options.reject'), select([['', t('options.reject_none')],
          ['not_gpu', t('options.reject_not_gpu')],
          ['unknown,not_gpu', t('options.reject_unknown')]], o.reject || '',
        (v) => option('reject', v))),
        field(t('options.strict'), select([['', t('options.lenient')],
          ['yes', t('options.strict_yes')]], o.strict || '', (v) => {
          if (v) {
            o.strict = v;
          } else {
            delete o.strict;
          }
        }))));
  }

  async function update() {
    const mine = ++sequence;
    const c = item.check;
    const result = c.result || null;

    foot.classList.toggle('busy', c.state === 'busy');
    preview.classList.toggle('stale', c.state === 'busy');
    drawFoot(c);
    if (c.state === 'busy' && result === drawn) {
      return;
    }
    const own = await raw(item, result);
    if (mine !== sequence) {
      return;
    }
    if (c.state !== 'busy') {
      drawn = result;
      if (result && own && recalled(item, own.names)) {
        check(item);
        return;
      }
    }
    const why = c.problem?.body?.validation_errors || [];
    fill(note, item.problem ? h('.callout.bad', icon('bad'), h('.grow',
      h('strong', t('queue.failed')), h('p', item.problem.message)))
      : c.state === 'refused' ? h('.callout.bad', icon('bad'), h('.grow',
        h('strong', codeText(c.problem.code)), h('p', hint({
          code: c.problem.code, message: c.problem.message }))))
        : null,
    (result?.warnings || []).filter((w) => w.row_index === null).map((w) =>
      h('.callout.warn', icon('warn'), h('.grow',
        h('strong', codeText(w.code)), h('p', hint(w))), remedies(w))));
    drawReading(result?.dialect);
    drawColumns(result, own, why.flatMap((e) => e.suggestions || []));
    arrange(c.state === 'refused' && !result?.total_rows
      && (own?.names || []).length > 0);
    if (result && result.total_rows) {
      drawPreview(result, own, c);
    } else {
      fill(preview, c.state === 'busy' ? h('p.none', t('check.busy'))
        : h('p.none', t('preview.nothing')));
    }
  }

  let drawn;

  const asked = h('section.panel', h('h3', t('map.title')), columns);
  const shown = h('section.panel', h('h3', t('preview.title')), preview);
  const aside = h('.aside', h('section.panel', h('h3', t('read.title')),
    reading), asked, settings());
  const area = h('.area', shown);

  /* Where rows cannot be shown, what is asked has their place. */
  function arrange(ask) {
    const held = document.activeElement;
    shown.hidden = ask;
    if (ask && asked.parentNode !== area) {
      area.prepend(asked);
    } else if (!ask && asked.parentNode === area) {
      aside.insertBefore(asked, aside.lastChild);
    }
    if (held && asked.contains(held)) {
      held.focus({ preventScroll: true });
    }
  }

  const root = h('article.sheet',
    h('header', h('h2', item.name), h('span.small', item.from
      ? `${item.from.book} · ` : '', bytes(item.blob.size))),
    note,
    h('.work', aside, area),
    foot);

  return { root, update };
}

export const scores = (range) => range ? tile(`${count(Math.round(range[0]))
} – ${count(Math.round(range[1]))}`, t('tile.scores')) : null;

export function tile(value, label, kind = '') {
  return h('.tile', { class: `tile ${kind}` }, h('strong', value),
    h('span', label));
}
