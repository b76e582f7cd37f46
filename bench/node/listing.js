// A row of the file becomes a row of glyph.listings, or says what is wrong.

const synonyms = new Map(Object.entries({
  title: 'title', name: 'title', listing_title: 'title',
  product_name: 'title', gpu_model: 'title',
  price: 'price', price_usd: 'price', cost: 'price', amount: 'price',
  condition: 'condition', quantity: 'quantity', qty: 'quantity',
  seller: 'seller', region: 'region', geographic_region: 'region',
  listing_age: 'listing_age', source_url: 'source_url', url: 'source_url',
  link: 'source_url', source_type: 'source_type', bulk_notes: 'bulk_notes',
  notes: 'bulk_notes',
}));

export const columnName = (given) => {
  const name = given.trim().toLowerCase().replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  return synonyms.get(name) ?? name;
};

const rates = { USD: 1, EUR: 1.08, GBP: 1.27, CAD: 0.73, JPY: 0.0067 };
const signs = { $: 'USD', '€': 'EUR', '£': 'GBP', '¥': 'JPY' };
const money = /^(?:([$€£¥])|([A-Z]{3}) )?(\d{1,3}(?:,\d{3})+|\d+)(\.\d{1,2})?(?: ?([A-Z]{3}|[$€£¥]))?$/;

function price(text) {
  const m = money.exec(text);
  if (!m) return null;

  const amount = Number(m[3].replaceAll(',', '') + (m[4] ?? ''));
  if (!(amount > 0)) return null;

  const currency = signs[m[1] ?? m[5]] ?? m[2] ?? m[5] ?? 'USD';
  return { amount, currency, usd: amount * (rates[currency] ?? 0) };
}

const conditions = [
  [/for parts|not working|broken|faulty|defective/i, 'For parts'],
  [/refurb|renewed/i, 'Refurbished'],
  [/open.?box/i, 'Open box'],
  [/used|pre.?owned|second.?hand|like new|good/i, 'Used'],
  [/new|sealed/i, 'New'],
];

const condition = (text) => conditions.find(([re]) => re.test(text))?.[1]
  ?? text;

const accessory = /\b(bridge|cable|adapter|bracket|waterblock|heatsink|empty box|box only)\b/i;
const tracking = /^(utm_.*|gclid|fbclid|ref|ref_)$/;

function canonicalUrl(text) {
  const end = text.indexOf('#');
  const url = end < 0 ? text : text.slice(0, end);
  const query = url.indexOf('?');

  if (query < 0) return url;

  const kept = url.slice(query + 1).split('&')
    .filter((param) => param && !tracking.test(param.split('=', 1)[0]));
  return url.slice(0, query) + (kept.length ? `?${kept.join('&')}` : '');
}

function capacity(vram) {
  return [3.5, 6.5, 35].map((gb) => Math.max(0, Math.floor((vram - 2) / gb)));
}

function score(model, usd) {
  const vram = model?.vram ?? 0;
  const tdp = model?.tdp ?? 0;
  const [q7, q13, q70] = capacity(vram);
  const sum = 0.25 * Math.min(vram / 80, 1)
    + 0.15 * Math.min((model?.mig ?? 0) / 7, 1)
    + 0.10 * (model?.nvlink ? 1 : 0)
    + 0.15 * (tdp > 0 ? 1 - Math.min(tdp / 700, 1) : 0)
    + 0.15 * (usd > 0 ? 1 - Math.min(usd / 10000, 1) : 0);
  const raw = Math.min(Math.max(sum, 0), 1);
  const q = 0.20 * (0.2 * Math.min(q7 / 10, 1) + 0.3 * Math.min(q13 / 5, 1)
    + 0.5 * Math.min(q70, 1));

  return { q7, q13, q70, raw, q, score: Math.min(100, 100 * raw * (1 + q)) };
}

// The columns of glyph.listings that are written, in this order.
export const columns = ['import_id', 'import_index', 'title',
  'canonical_model', 'match_type', 'match_score', 'match_notes',
  'is_valid_gpu', 'unknown_reason', 'price', 'currency', 'price_usd',
  'vram_gb', 'tdp_watts', 'mig_support', 'nvlink', 'generation',
  'cuda_cores', 'slot_width', 'pcie_generation', 'form_factor', 'q7b', 'q13b',
  'q70b', 'raw_score', 'quantization_score', 'score', 'duplicate_of',
  'condition', 'quantity', 'seller', 'region', 'listing_age', 'source_url',
  'source_type', 'bulk_notes', 'extra'];

const known = new Set(synonyms.values());

export class Listings {
  #registry;
  #importId;
  #urls = new Map();
  #offers = new Map();

  constructor(registry, importId) {
    this.#registry = registry;
    this.#importId = importId;
  }

  // { values } or { code }
  read(row, index) {
    const title = row.title?.trim();
    if (!title) return { code: 'title_missing' };
    if (!row.price?.trim()) return { code: 'price_missing' };

    const paid = price(row.price.trim());
    if (!paid) return { code: 'price_invalid' };

    const quantity = row.quantity?.trim() ? Number(row.quantity) : null;
    if (Number.isInteger(quantity) && quantity < 0) {
      return { code: 'quantity_invalid' };
    }

    const other = accessory.test(title);
    const model = other ? null : this.#registry.match(title);
    const s = score(model, paid.usd);

    let extra = null;
    for (const name in row) {
      if (!known.has(name) && row[name]) (extra ??= {})[name] = row[name];
    }

    return { values: [this.#importId, index, title, model?.id ?? 'UNKNOWN',
      model ? 'exact' : 'none', model ? 1 : 0, '', model !== null,
      model ? null : other ? 'accessory' : 'not_recognised', paid.amount,
      paid.currency, paid.usd.toFixed(2), model?.vram ?? null,
      model?.tdp ?? null, model?.mig ?? null, model?.nvlink ?? null,
      model?.generation ?? null, model?.cores ?? null, model?.slots ?? null,
      model?.pcie ?? null, model?.form ?? null, s.q7, s.q13, s.q70, s.raw, s.q,
      s.score, this.#duplicate(row, title, paid, index),
      row.condition ? condition(row.condition) : null,
      Number.isInteger(quantity) ? quantity : null, row.seller || null,
      row.region || null, row.listing_age || null, row.source_url || null,
      row.source_type || null, row.bulk_notes || null,
      extra && JSON.stringify(extra)] };
  }

  #duplicate(row, title, paid, index) {
    const url = row.source_url && canonicalUrl(row.source_url);
    const offer = `${title.toLowerCase()}\0${paid.amount}\0${row.seller}`;
    const first = (url && this.#urls.get(url)) ?? this.#offers.get(offer);

    if (url && !this.#urls.has(url)) this.#urls.set(url, index);
    if (!this.#offers.has(offer)) this.#offers.set(offer, index);

    return first ?? null;
  }
}
