// What goes through the topics, the newest first.
import {byId, element, local, when} from './dom.js';

const MOST = 300;
const entries = [];
let isHeld = false;

function isShown(entry) {
  const stream = document.querySelector(`input[name="stream"][value="${entry.stream}"]`);
  const text = byId('tail-filter').value.toLowerCase();
  const all = `${entry.source} ${entry.replica} ${entry.what} ${entry.path} ${entry.detail}`.toLowerCase();
  return (!stream || stream.checked) && all.includes(text);
}

function line(entry) {
  return element(
    'li',
    {},
    element('time', {datetime: entry.at, title: entry.at}, when(entry.at)),
    element('span', {class: entry.stream === 'deadletter' || entry.stream === 'unreadable' ? 'bad' : 'busy'}, entry.stream),
    element(
      'span',
      {},
      `${entry.replica ? `${entry.replica} of ` : ''}${entry.source} ${entry.what} `,
      element('span', {class: 'path'}, entry.path),
      ` ${local(entry.detail)}`,
    ),
  );
}

function draw() {
  byId('tail').replaceChildren(...entries.filter(isShown).slice(0, MOST).map(line));
}

export function restart(all) {
  entries.length = 0;
  add(all);
}

export function add(news) {
  // The console may tell of an entry that the first answer held already.
  const newest = entries.length === 0 ? 0 : entries[0].number;
  for (const entry of news) if (entry.number > newest) entries.unshift(entry);
  entries.length = Math.min(entries.length, 2 * MOST);
  if (!isHeld) draw();
}

export function start() {
  byId('tail-filter').addEventListener('input', draw);
  for (const box of document.querySelectorAll('input[name="stream"]')) box.addEventListener('change', draw);
  byId('tail-hold').addEventListener('click', (event) => {
    isHeld = !isHeld;
    event.target.setAttribute('aria-pressed', String(isHeld));
    event.target.textContent = isHeld ? 'Go on' : 'Hold';
    if (!isHeld) draw();
  });
}
