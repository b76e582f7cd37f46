/*
 * A table of any length: only what is seen exists.  One stop for the tab key;
 * within, arrows move, Enter or F2 edits, Escape leaves the cell as it was.
 */

import { fill, h } from './dom.js';

const ROW = 38;

/*
 * columns: [{ name, sub, min, grow, num }], min in pixels; rows(): how many; cell(row, column):
 * { text, node, kind, title }; edit(row, column): the text to edit, or null;
 * onedit(row, column, text); onrow(row): the row that is looked at; onend():
 * the last rows are seen.
 */
export function grid({ columns, rows, cell, edit, onedit, onrow, onend, label }) {
  const head = h('.g-head', { role: 'row', 'aria-rowindex': '1' });
  const body = h('.g-body', { role: 'rowgroup' });
  const root = h('.grid', { role: 'grid', 'aria-label': label, tabindex: '0' },
    h('div', { role: 'rowgroup' }, head), body);
  let active = { row: 0, column: 0 };
  let editing = null;
  let shown = new Map();
  let waiting = 0;

  function setColumns(next) {
    columns = next;
    root.style.setProperty('--columns', columns.map((c) => c.grow
      ? `minmax(${c.min}px, ${c.grow}fr)` : `${c.min}px`).join(' '));
    root.style.setProperty('--least',
      `${columns.reduce((sum, c) => sum + c.min, 0)}px`);
    root.setAttribute('aria-colcount', columns.length);
    fill(head, columns.map((c, i) => h('.g-cell', { role: 'columnheader',
      'aria-colindex': i + 1, class: `g-cell ${c.num ? 'num' : ''}`,
      title: c.title || c.name }, c.name, c.sub ? h('small', c.sub) : null)));
    shown.clear();
    body.replaceChildren();
  }

  function draw(row) {
    const line = h('.g-row', { role: 'row', 'aria-rowindex': row + 2,
      style: { transform: `translateY(${row * ROW}px)` } });
    columns.forEach((c, i) => {
      const { text = '', node, kind = '', title } = cell(row, i);
      const here = row === active.row && i === active.column;
      line.append(h('.g-cell', { role: 'gridcell', 'aria-colindex': i + 1,
        'data-column': i, tabindex: here ? '0' : '-1', title: title || null,
        'aria-readonly': edit?.(row, i) == null ? 'true' : 'false',
        class: `g-cell ${c.num ? 'num' : ''} ${kind}` }, node || text));
    });
    line.dataset.row = row;
    return line;
  }

  function render() {
    waiting = 0;
    if (editing) {
      return;
    }
    const n = rows();
    const first = Math.max(0, Math.floor(root.scrollTop / ROW) - 6);
    const last = Math.min(n, Math.ceil((root.scrollTop + root.clientHeight)
      / ROW) + 6);
    const held = body.contains(document.activeElement);

    body.style.setProperty('height', `${n * ROW}px`);
    root.setAttribute('aria-rowcount', n + 1);
    for (const [row, line] of shown) {
      if (row < first || row >= last) {
        line.remove();
        shown.delete(row);
      }
    }
    for (let row = first; row < last; row++) {
      if (!shown.has(row)) {
        const line = draw(row);
        shown.set(row, line);
        body.append(line);
      }
    }
    if (held && !body.contains(document.activeElement)) {
      focus();
    }
    if (last >= n - 20) {
      onend?.();
    }
  }

  const at = (row, column) => shown.get(row)
    ?.querySelector(`[data-column="${column}"]`);

  function focus() {
    (at(active.row, active.column) || root).focus({ preventScroll: true });
  }

  function move(row, column) {
    row = Math.max(0, Math.min(rows() - 1, row));
    column = Math.max(0, Math.min(columns.length - 1, column));
    at(active.row, active.column)?.setAttribute('tabindex', '-1');
    active = { row, column };
    const top = row * ROW;
    const seen = root.clientHeight - head.offsetHeight;
    if (top < root.scrollTop) {
      root.scrollTop = top;
    } else if (top + ROW > root.scrollTop + seen) {
      root.scrollTop = top + ROW - seen;
    }
    render();
    const element = at(row, column);
    element?.setAttribute('tabindex', '0');
    element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    focus();
    onrow?.(row);
  }

  function open(start) {
    const element = at(active.row, active.column);
    const was = element && edit?.(active.row, active.column);
    if (was == null) {
      return;
    }
    const input = h('input', { type: 'text', value: start ?? was,
      'aria-label': columns[active.column].name, spellcheck: 'false' });
    let over = false;
    const close = (keepIt) => {
      if (over) {
        return;
      }
      over = true;
      editing = null;
      const { row, column } = active;
      const text = input.value;
      refresh();
      if (keepIt && text !== was) {
        onedit(row, column, text);
      }
    };
    input.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Enter' || event.key === 'Tab') {
        event.preventDefault();
        close(true);
        move(active.row + (event.key === 'Enter' ? 1 : 0),
          active.column + (event.key === 'Tab' ? (event.shiftKey ? -1 : 1) : 0));
      } else if (event.key === 'Escape') {
        close(false);
        focus();
      }
    });
    input.addEventListener('blur', () => close(true));
    editing = input;
    fill(element, input);
    element.classList.add('editing');
    input.focus();
    if (start === undefined) {
      input.select();
    }
  }

  root.addEventListener('keydown', (event) => {
    const { row, column } = active;
    const page = Math.floor(root.clientHeight / ROW) - 2;
    const moves = {
      ArrowDown: [row + 1, column], ArrowUp: [row - 1, column],
      ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1],
      PageDown: [row + page, column], PageUp: [row - page, column],
      Home: [event.ctrlKey ? 0 : row, 0],
      End: [event.ctrlKey ? rows() - 1 : row, columns.length - 1],
    };
    if (moves[event.key] && !event.altKey && !event.metaKey) {
      event.preventDefault();
      move(...moves[event.key]);
    } else if (event.key === 'Enter' || event.key === 'F2') {
      event.preventDefault();
      open();
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault();
      open('');
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey
               && !event.altKey && event.key !== ' ') {
      event.preventDefault();
      open(event.key);
    }
  });
  root.addEventListener('mousedown', (event) => {
    const element = event.target.closest('.g-cell[data-column]');
    if (!element || editing?.contains(event.target)) {
      return;
    }
    const row = Number(element.parentNode.dataset.row);
    const column = Number(element.dataset.column);
    const again = row === active.row && column === active.column
      && element.contains(document.activeElement);
    if (event.target.closest('a, button')) {
      return;
    }
    event.preventDefault();
    editing?.blur();
    move(row, column);
    if (again) {
      open();
    }
  });
  root.addEventListener('dblclick', () => open());
  root.addEventListener('scroll', () => {
    editing?.blur();
    waiting ||= requestAnimationFrame(render);
  }, { passive: true });

  function refresh() {
    const held = body.contains(document.activeElement);
    shown.forEach((line) => line.remove());
    shown.clear();
    active.row = Math.max(0, Math.min(active.row, rows() - 1));
    render();
    if (held) {
      focus();
    }
  }

  const resize = new ResizeObserver(() => {
    waiting ||= requestAnimationFrame(render);
  });
  resize.observe(root);
  setColumns(columns);

  return { root, refresh, render, setColumns, move,
    active: () => active.row, end: () => resize.disconnect() };
}
