// The registry of models, and which of them a title names.

import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';

// "RTX4070Ti 12GB" and "rtx 4070 ti 12 gb" are the same words
const words = (text) => text.toLowerCase()
  .replace(/([a-z])(?=\d)/g, '$1 ')
  .replace(/(\d)(?=[a-z])/g, '$1 ')
  .replace(/[^a-z0-9]+/g, ' ')
  .trim();

const number = (text) => (text === '' ? 0 : Number(text));

export class Registry {
  #byName = new Map();
  #pattern;

  constructor(file) {
    const rows = parse(readFileSync(file), { columns: true });

    for (const row of rows) {
      const model = {
        id: row.model,
        vram: number(row.vram_gb),
        tdp: number(row.tdp_watts),
        mig: number(row.mig_support),
        nvlink: row.nvlink === '1',
        generation: row.generation || null,
        cores: number(row.cuda_cores) || null,
        slots: number(row.slot_width) || null,
        pcie: number(row.pcie_generation) || null,
        form: row.form_factor || null,
      };
      const family = words(row.family);
      const memory = Number.isInteger(model.vram) ? model.vram : null;

      for (const name of [words(row.model), family,
        ...row.aliases.split('|').filter(Boolean).map(words)]) {
        if (!this.#byName.has(name)) this.#byName.set(name, model);
      }

      if (memory) this.#byName.set(`${family} ${memory} gb`, model);
    }

    // longest first, so that "rtx 3080 ti" goes before "rtx 3080"
    const names = [...this.#byName.keys()]
      .filter((name) => /\d/.test(name))
      .sort((a, b) => b.length - a.length);

    this.#pattern = new RegExp(`(?:^| )(${names.join('|')})(?= |$)`);
  }

  match(title) {
    const text = words(title);
    const found = this.#pattern.exec(text);

    if (!found) return null;

    const memory = /(?:^| )(\d+) gb?(?= |$)/.exec(text);
    const sized = memory
      && this.#byName.get(`${found[1]} ${memory[1]} gb`);

    return sized || this.#byName.get(found[1]);
  }
}
