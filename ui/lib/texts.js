/*
 * What is said, in the reader's language, and numbers and times as written
 * there.  The texts themselves are all in ../texts.js.
 */

import { texts } from '../texts.js';
import { recall, remember } from './store.js';

export const languages = Object.entries(texts).map(([code, all]) =>
  [code, all.language]);

let code = recall('language')
  || (navigator.languages || []).map((l) => l.slice(0, 2))
    .find((l) => texts[l]) || 'en';
let region;
let plural;

function locale() {
  region = (navigator.languages || []).find((l) => l.startsWith(code)) || code;
  plural = new Intl.PluralRules(region);
}

locale();

export const language = () => code;

export function speak(next) {
  code = next;
  remember('language', next);
  locale();
}

/* "{n} row|{n} rows": the first is for one. */
export function t(key, values = {}) {
  let text = texts[code][key] ?? texts.en[key] ?? key;
  if ('n' in values && text.includes('|')) {
    const [one, other] = text.split('|');
    text = typeof values.n === 'number' && plural.select(values.n) === 'one'
      ? one : other;
  }
  return text.replace(/\{(\w+)\}/g, (all, name) => {
    const v = values[name];
    return v === undefined ? all : typeof v === 'number' ? count(v) : v;
  });
}

const number = (value, options) =>
  new Intl.NumberFormat(region, options).format(value);

export const count = (n) => n == null ? '—' : number(n);

export const percent = (share) => number(share, { style: 'percent',
  maximumFractionDigits: 0 });

export const change = (share) => number(share, { style: 'percent',
  maximumFractionDigits: 1, signDisplay: 'exceptZero' });

export const score = (v) => v == null ? '—'
  : number(v, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const short = (v) => v == null ? '—' : number(v, v >= 10000
  ? { notation: 'compact', maximumFractionDigits: 1 }
  : { maximumFractionDigits: v < 10 ? 1 : 0 });

export function bytes(n) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  let k = 0;
  while (n >= 1000 && k < units.length - 1) {
    n /= 1000;
    k++;
  }
  return number(n, { style: 'unit', unit: units[k],
    unitDisplay: k ? 'short' : 'long',
    maximumFractionDigits: k && n < 100 ? 1 : 0 });
}

/* XXX is a currency that is not known. */
export function amount(value, currency, digits = 2) {
  if (value == null) {
    return '—';
  }
  const options = { minimumFractionDigits: digits,
    maximumFractionDigits: digits };
  if (!currency || currency === 'XXX') {
    return `${number(value, options)} ?`;
  }
  return number(value, { ...options, style: 'currency', currency });
}

export function duration(seconds) {
  if (seconds < 1) {
    return number(Math.round(seconds * 1000), { style: 'unit',
      unit: 'millisecond', unitDisplay: 'short' });
  }
  const part = (v, unit) => number(v, { style: 'unit', unit,
    unitDisplay: 'short' });
  const s = Math.round(seconds);
  return s < 60 ? part(s, 'second')
    : s < 3600 ? `${part(Math.floor(s / 60), 'minute')} ${
      part(s % 60, 'second')}`
      : `${part(Math.floor(s / 3600), 'hour')} ${
        part(Math.floor(s % 3600 / 60), 'minute')}`;
}

export function ago(time) {
  const s = (new Date(time) - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(region, { numeric: 'auto' });
  for (const [unit, size] of [['day', 86400], ['hour', 3600], ['minute', 60]]) {
    if (Math.abs(s) >= size) {
      return format.format(Math.round(s / size), unit);
    }
  }
  return format.format(Math.min(0, Math.round(s)), 'second');
}

export const when = (time) => new Intl.DateTimeFormat(region,
  { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(time));

export const day = (time) => new Intl.DateTimeFormat(region,
  { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
  .format(new Date(time));

export const list = (parts) => parts.filter(Boolean).join(' · ');

const plain = (name) => {
  const text = String(name || '').replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
};

export function codeText(name) {
  return texts[code][`code.${name}`] ?? texts.en[`code.${name}`] ?? plain(name);
}

export function reason(name) {
  return texts[code][`reason.${name}`] ?? texts.en[`reason.${name}`]
    ?? plain(name);
}

/* H100_PCIE_80GB as people write it. */
export const modelName = (id) => id === 'UNKNOWN' ? t('unknown_model')
  : String(id || '').replaceAll('_', ' ').replace(/(\d)GB\b/, '$1 GB');
