/*
 * Elements without markup in strings: h('button.primary', { onclick }, 'Go').
 * Texts become text nodes, so nothing a file says is ever read as HTML.
 */

const SVG = 'http://www.w3.org/2000/svg';
const PROPERTIES = new Set(['value', 'checked', 'disabled', 'selected', 'open',
  'hidden', 'indeterminate', 'textContent', 'scrollTop', 'files', 'multiple',
  'required', 'readOnly']);

function set(element, name, value) {
  if (name.startsWith('on')) {
    element.addEventListener(name.slice(2), value);
  } else if (name === 'style') {
    for (const [key, v] of Object.entries(value)) {
      element.style.setProperty(key, v);
    }
  } else if (PROPERTIES.has(name) && !(element instanceof SVGElement)) {
    element[name] = value;
  } else if (value === true) {
    element.setAttribute(name, '');
  } else if (value !== false && value !== null && value !== undefined) {
    element.setAttribute(name, value);
  }
}

export function add(parent, ...kids) {
  for (const kid of kids.flat(Infinity)) {
    if (kid !== null && kid !== undefined && kid !== false && kid !== '') {
      parent.append(kid instanceof Node ? kid : String(kid));
    }
  }
  return parent;
}

function build(element, rest) {
  const [first] = rest;
  const props = first && typeof first === 'object' && !(first instanceof Node)
    && !Array.isArray(first) ? rest.shift() : {};

  // a select's value counts only when it has its options
  const { value, ...others } = props;
  for (const [name, v] of Object.entries(others)) {
    set(element, name, v);
  }
  add(element, ...rest);
  if (value !== undefined) {
    set(element, 'value', value);
  }
  return element;
}

export function h(name, ...rest) {
  const [tag, ...classes] = name.split('.');
  const element = document.createElement(tag || 'div');
  if (classes.length) {
    element.className = classes.join(' ');
  }
  return build(element, rest);
}

export function svg(tag, ...rest) {
  return build(document.createElementNS(SVG, tag), rest);
}

export function fill(parent, ...kids) {
  parent.replaceChildren();
  return add(parent, ...kids);
}

const ICONS = {
  upload: 'M12 16V4m0 0 5 5m-5-5L7 9M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3',
  file: 'M7 3h7l5 5v12a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zm7 0v5h5',
  ok: 'm5 12.5 4.5 4.5L19 7.5',
  warn: 'M12 8.5v4.5m0 3.2v.3M10.6 4.3 3 18a1.6 1.6 0 0 0 1.4 2.4h15.2A1.6 1.6 0 0 0 21 18L13.4 4.3a1.6 1.6 0 0 0-2.8 0z',
  bad: 'M12 7.5V13m0 3.2v.3M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  close: 'M6 6l12 12M18 6 6 18',
  arrow: 'M4 12h15m0 0-6-6m6 6-6 6',
  undo: 'M4 9h10a6 6 0 0 1 0 12h-3M4 9l5-5M4 9l5 5',
  clock: 'M12 7v5l3.5 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  down: 'M12 4v12m0 0 5-5m-5 5-5-5M5 20h14',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4.2 4.2 0 0 0-6-6l-1.5 1.5M14 10a4 4 0 0 0-6-.4l-3 3a4.2 4.2 0 0 0 6 6l1.5-1.5',
  edit: 'M4 20h4L19 9a2.8 2.8 0 0 0-4-4L4 16zM13.5 6.5l4 4',
  theme: 'M12 3a9 9 0 1 0 9 9c0-.5-.04-1-.1-1.4A6 6 0 0 1 12 3z',
  paste: 'M9 5H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V6a1 1 0 0 0-1-1h-3M9 3h6v4H9z',
  more: 'M6 9l6 6 6-6',
};

export function icon(name) {
  return svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true',
    focusable: 'false' }, svg('path', { d: ICONS[name] }));
}

/* A dialog that asks; resolves to what was chosen, or null. */
export function ask(title, body, choices) {
  return new Promise((resolve) => {
    let chosen = null;
    const id = `dialog-${Math.random().toString(36).slice(2)}`;
    const dialog = h('dialog', { 'aria-labelledby': id,
      onclose() { dialog.remove(); resolve(chosen); } },
      h('h2', { id }, title),
      h('.dialog-body', body),
      h('.dialog-foot', choices.map(({ label, value, kind }) =>
        h('button', { type: 'button', class: kind || '',
          onclick() { chosen = typeof value === 'function' ? value() : value;
            dialog.close(); } }, label))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

/* What a screen reader is told, and for some seconds everybody sees. */
let area;
let spoken;

export function say(text, { action, label } = {}) {
  if (!area?.isConnected) {
    area = h('aside.toasts', { 'aria-label': 'glyph' });
    spoken = h('.unseen', { role: 'status' });
    document.body.append(area, spoken);
  }
  const toast = h('.toast', h('span', text), action
    ? h('button.link', { type: 'button',
      onclick() { toast.remove(); action(); } }, label) : null);
  area.append(toast);
  spoken.textContent = text;
  setTimeout(() => toast.remove(), action ? 12000 : 5000);
}

export function debounce(call, ms) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...args), ms);
  };
}

/* A name and its control; the control gets an id of its own. */
let ids = 0;

export function field(label, control, hint) {
  ids++;
  control.id = `f${ids}`;
  if (hint) {
    control.setAttribute('aria-describedby', `f${ids}h`);
  }
  return h('.field', h('label', { for: control.id }, label), control,
    hint ? h('small', { id: `f${ids}h` }, hint) : null);
}

export function select(options, value, onchange, props = {}) {
  return h('select', { ...props, value, onchange(event) {
    onchange(event.target.value);
  } }, options.map(([v, label]) => h('option', { value: v }, label)));
}

/* Redraws below a parent, and leaves the focus in its place. */
export function redraw(parent, ...kids) {
  const all = () => [...parent.querySelectorAll(
    'a[href], button, select, input, textarea, summary, [tabindex]')];
  const place = parent.contains(document.activeElement)
    ? all().indexOf(document.activeElement) : -1;
  fill(parent, ...kids);
  if (place >= 0) {
    const now = all();
    (now[place] || now[now.length - 1])?.focus({ preventScroll: true });
  }
}
