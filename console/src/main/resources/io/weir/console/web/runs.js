// The commands that were given from this console, and what became of them.
import {ask} from './api.js';
import {byId, element, note, show} from './dom.js';
import {found} from './found.js';

const LABELS = {
  baseline: 'Make equal',
  verify: 'Verify',
  replay: 'Replay',
  'replay-dry-run': 'Replay, dry run',
};
const STATES = {
  asked: ['busy', 'asked'],
  working: ['busy', 'under way'],
  done: ['good', 'done'],
  refused: ['bad', 'refused'],
  unanswered: ['warn', 'no answer'],
};

let all = [];
let onChange = () => {};
// Given on this page, and not told to have ended.
const awaited = new Set();
const opened = new Set();
const details = new Map();

export function start(changed) {
  onChange = changed;
}

export function find(id) {
  return all.find((each) => each.id === id);
}

// isQuiet: what becomes of it is shown where it was asked for.
export function expect(run, isQuiet) {
  if (!isQuiet) awaited.add(run.id);
  // An event may have told more than the answer to the command, and before it.
  update(find(run.id) ? all : [run, ...all]);
}

export function update(now) {
  all = now;
  for (const run of all) {
    if (run.endedAt && awaited.delete(run.id)) note(`${title(run)}: ${run.message}`, run.state === 'refused');
  }
  redraw();
}

function redraw() {
  show(byId('runs'), all.length === 0 ? [element('p', {}, 'None yet.')] : all.map((each) => card(each, opened.has(each.id), toggle(each))));
  onChange();
}

export function title(run) {
  const label = LABELS[run.action] ?? `${run.action[0].toUpperCase()}${run.action.slice(1)}`;
  return `${label}: ${run.replica} of ${run.source}`;
}

function toggle(run) {
  if (!run.hasDetails) return null;
  const isOpen = opened.has(run.id);
  const onclick = () => {
    if (!opened.delete(run.id)) opened.add(run.id);
    redraw();
  };
  return element('button', {type: 'button', 'data-key': `details/${run.id}`, 'aria-expanded': String(isOpen), onclick}, isOpen ? 'Less' : 'What it found');
}

function option([name, value]) {
  if (value === 'true') return name;
  const at = /^\d{4}-.*Z$/.test(value) ? new Date(value).toLocaleString() : value;
  return `${name} ${at}`;
}

function wanted(run) {
  const paths = run.paths.length > 3 ? [...run.paths.slice(0, 3), 'and more'] : run.paths;
  return [...Object.entries(run.options).map(option), ...paths].join(', ');
}

function meter(run) {
  if (run.state !== 'asked' && run.state !== 'working') return null;
  const share = /^(\d+) %/.exec(run.progress);
  return element('progress', {max: 100, value: share ? share[1] : null, 'aria-label': `${title(run)}, how far it is`});
}

// One run; with what was found, once that is here, if it is to be shown.
export function card(run, isOpen, ...buttons) {
  const [tone, word] = run.state === 'done' && run.drift > 0 ? ['warn', 'drift'] : STATES[run.state];
  const waits = run.state === 'asked' ? 'waits for the applier' : '';
  const late = run.state === 'unanswered' ? 'The applier has not answered; if it reads this now, it does nothing.' : '';
  return element(
    'article',
    {class: 'card', 'data-run': run.id},
    element('h3', {}, title(run), element('span', {class: `chip ${tone}`}, word)),
    element('p', {}, `${new Date(run.givenAt).toLocaleTimeString()} ${wanted(run)}`),
    meter(run),
    run.progress || waits ? element('p', {}, run.progress || waits) : null,
    run.message || late ? element('p', {class: `said ${run.state === 'refused' ? 'bad' : ''}`}, run.message || late) : null,
    isOpen ? known(run) : null,
    buttons.some(Boolean) ? element('div', {class: 'bar'}, ...buttons) : null,
  );
}

function known(run) {
  if (!run.hasDetails) return null;
  if (details.has(run.id)) return found(details.get(run.id));
  details.set(run.id, {});
  ask(`api/runs/${encodeURIComponent(run.id)}`)
    .then((whole) => details.set(run.id, whole.details))
    .catch((failure) => {
      details.delete(run.id);
      note(failure.message, true);
    })
    .then(redraw);
  return null;
}
