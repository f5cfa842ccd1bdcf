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

// Draws only what is new, keeps the focus, and waits while something in it is being pressed; the next time is a second away.
export function show(place, content) {
  if (place.matches(':active')) return;
  const next = element('div', {}, ...content);
  if (place.innerHTML !== next.innerHTML) {
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    place.replaceChildren(...next.childNodes);
    if (focused) place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }
}

export function note(text, isBad = false) {
  const told = element('p', {class: isBad ? 'bad' : ''}, text);
  byId('notes').append(told);
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
