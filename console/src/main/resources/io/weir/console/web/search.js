// Find a path: how it is on each replica, and which of its changes were observed.
import {ask} from './api.js';
import {byId, bytes, choices, element, when} from './dom.js';

function drawAnswer(value) {
  if (Array.isArray(value)) return element('ul', {}, ...value.map((each) => element('li', {}, drawAnswer(each))));
  if (value !== null && typeof value === 'object') {
    const rows = Object.entries(value)
      .filter(([, each]) => each !== null && each !== '')
      .map(([name, each]) => element('tr', {}, element('th', {scope: 'row'}, name), element('td', {}, drawAnswer(each))));
    return element('table', {}, element('tbody', {}, ...rows));
  }
  return element('span', {}, String(value));
}

// Whether it is there at all, then how it is on each replica: that is what was asked.
function state({atSource, replicas = [], notes = [], ...rest}) {
  const lines = replicas.map((each) => element('li', {}, element('strong', {}, each.replica), `: ${each.text}`));
  return [
    element('p', {}, element('strong', {}, 'At the source'), `: ${atSource.text}`),
    lines.length > 0 ? element('ul', {}, ...lines) : element('p', {}, 'No applier has reported a replica of this source.'),
    ...notes.map((text) => element('p', {class: 'hint'}, text)),
    element('details', {}, element('summary', {}, 'Everything that is known'), drawAnswer({atSource, ...rest})),
  ];
}

function remark(change) {
  return [
    change.from === null ? '' : `from ${change.from}`,
    change.recursive ? 'with all below' : '',
    change.origin === 'scan' ? 'found by a scan' : '',
    change.kind === 'gap' ? 'changes may be missing before this' : '',
    change.reason ?? '',
  ].filter(Boolean).join('; ');
}

function line(change) {
  const size = change.type === 'file' && change.size !== undefined ? `, ${bytes(change.size)}` : '';
  return element(
    'tr',
    {},
    element('td', {}, element('time', {datetime: change.at}, when(change.at))),
    element('td', {}, element('strong', {}, change.kind), ` ${change.type}${size}`),
    element('td', {class: 'path'}, change.path),
    element('td', {}, remark(change)),
  );
}

function changes({changes: all, hasMore, isCut, unreadable}) {
  const remarks = [
    all.length === 0 ? 'No change was observed in this time.' : '',
    hasMore ? `These are the newest ${all.length}; weir history shows more.` : '',
    isCut ? 'What was before the oldest record that Kafka has is no longer kept.' : '',
    unreadable > 0 ? `${unreadable} records of this time cannot be read: a newer Weir may have written them.` : '',
  ].filter(Boolean);
  const heads = ['When', 'What', 'Path', 'Note'].map((text) => element('th', {scope: 'col'}, text));
  return [
    all.length === 0 ? null : element(
      'table',
      {class: 'stack'},
      element('thead', {}, element('tr', {}, ...heads)),
      element('tbody', {}, ...all.map(line).reverse()),
    ),
    ...remarks.map((text) => element('p', {class: 'hint'}, text)),
  ];
}

// Of the search that was asked for last; an answer to an earlier one may come later.
let latest = 0;

// Tells why not, or nothing when it was answered.
async function fill(id, title, question, draw) {
  const mine = latest;
  const place = byId(id);
  place.replaceChildren(element('h3', {}, title), element('p', {class: 'hint'}, 'looking ...'));
  let answer;
  try {
    answer = draw(await question);
  } catch (failure) {
    if (mine === latest) place.replaceChildren(element('h3', {}, title), element('p', {class: 'bad'}, failure.message));
    return failure.message;
  }
  if (mine === latest) place.replaceChildren(element('h3', {}, title), ...answer.filter(Boolean));
  return '';
}

async function search(event) {
  event.preventDefault();
  latest += 1;
  const of = {source: byId('path-source').value, path: byId('path-path').value, since: byId('path-since').value};
  const mine = latest;
  const [refused, also] = await Promise.all([
    fill('path-answer', 'How it is', ask('api/explain', of), state),
    fill('path-history', 'What was observed of it and below, the newest first', ask('api/history', of), changes),
  ]);
  // One reason is told once.
  if (mine === latest && refused !== '' && also === refused) byId('path-history').replaceChildren();
}

export function sources(components) {
  const names = [...new Set(components.map((each) => each.source).filter(Boolean))].sort();
  choices(byId('path-source'), names.map((name) => [name, name]));
}

export function start() {
  byId('path-form').addEventListener('submit', search);
}
