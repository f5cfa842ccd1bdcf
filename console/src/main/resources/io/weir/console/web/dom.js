// Elements with text, never with markup: names and paths may hold anything.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'class') made.className = value;
    else if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ''));
  return made;
}

export function byId(id) {
  return document.getElementById(id);
}

const drawings = new WeakMap();

// Draws only what is new, keeps the focus, and waits while something in it is being pressed.
export function show(place, content) {
  drawings.set(place, content);
  if (place.matches(':active')) {
    setTimeout(() => {
      if (drawings.get(place) === content) show(place, content);
    }, 200);
    return;
  }
  const next = element('div', {}, ...content);
  if (place.innerHTML !== next.innerHTML) {
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    place.replaceChildren(...next.childNodes);
    if (focused) place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
}

// Fills a select with [value, text] pairs and keeps what is chosen, if it is still there.
export function choices(select, all) {
  const chosen = select.value;
  show(select, all.map(([value, text]) => element('option', {value}, text)));
  if (all.some(([value]) => value === chosen)) select.value = chosen;
}

const UNITS = {s: 1000, m: 60000, min: 60000, h: 3600000, d: 86400000};

// A moment as a person writes it, as an instant: so long ago, or a time of this browser's zone. Anything else as it is.
export function moment(text) {
  const ago = /^(\d{1,9}) *(s|m|min|h|d)$/.exec(text);
  if (ago) return new Date(Date.now() - ago[1] * UNITS[ago[2]]).toISOString();
  const local = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?$/.test(text) ? new Date(text.length > 10 ? text.replace(' ', 'T') : `${text}T00:00`) : null;
  return local && !Number.isNaN(local.getTime()) ? local.toISOString() : text;
}

const two = (number) => String(number).padStart(2, '0');

// An instant as all of this page shows it: in the browser's zone, which the footer names. Anything else as it is.
export function when(instant) {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return String(instant);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

// The browser's zone.
export function zone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const INSTANT = /(?<![\w/.-])\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z(?![\w/-]|\.\w)/g;

// A sentence of the server's with its instants as this page shows them; one that is a part of a path stays.
export function local(text) {
  return text.replace(INSTANT, (instant) => when(instant));
}

const NOTES = 3;

// Told for a while, or until it is closed.
export function note(text, isBad = false) {
  const told = element('p', {class: isBad ? 'bad' : ''}, text);
  told.append(element('button', {type: 'button', 'aria-label': 'Close', onclick: () => told.remove()}, '\u00d7'));
  byId('notes').append(told);
  while (byId('notes').children.length > NOTES) byId('notes').firstChild.remove();
  setTimeout(() => told.remove(), isBad ? 15000 : 8000);
}

export function duration(millis) {
  if (millis < 1000) return `${Math.round(millis)} ms`;
  if (millis < 60000) return `${(millis / 1000).toFixed(1)} s`;
  if (millis < 3600000) return `${Math.floor(millis / 60000)} min`;
  if (millis < 172800000) return `${Math.floor(millis / 3600000)} h`;
  return `${Math.floor(millis / 86400000)} d`;
}

export function bytes(count) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

export function count(number, what) {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
