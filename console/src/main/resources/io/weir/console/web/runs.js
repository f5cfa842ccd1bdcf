// The commands that were given from this console, and what became of them.
import {ask} from './api.js';
import {byId, count, element, local, note, show, when} from './dom.js';
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
    if (run.endedAt && awaited.delete(run.id)) note(`${title(run)}: ${local(run.message)}`, run.state === 'refused');
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

// In the words of the form.
function level(value) {
  return document.querySelector(`#verify-level option[value="${CSS.escape(value)}"]`)?.textContent ?? value;
}

function option([name, value]) {
  if (value === 'true') return name;
  if (name === 'level') return level(value);
  return `${name} ${local(value)}`;
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

// What it waits for, as far as nobody has told. An applier verifies one thing after the other.
function waits(run) {
  if (run.state !== 'asked') return '';
  if (run.action !== 'verify') return 'waits for the applier';
  const before = verificationBefore(run);
  return before
    ? `queued behind the verification of ${before.source} that was asked for at ${when(before.givenAt)}`
    : 'compares; what differs is looked at again after a while, to leave out what is on its way';
}

function verificationBefore(run) {
  return all
    .slice(all.indexOf(run) + 1)
    .find((each) => each.action === 'verify' && each.replica === run.replica && (each.state === 'asked' || each.state === 'working'));
}

function isRepairing(run) {
  return run.repairing > 0 && !run.repairedAt;
}

function word(run) {
  if (run.state === 'asked' && run.action === 'verify' && verificationBefore(run)) return ['busy', 'queued'];
  if (run.state !== 'done' || run.drift === 0) return STATES[run.state];
  if (isRepairing(run)) return ['busy', 'drift, being repaired'];
  if (run.repairedAt) return run.notRepaired > 0 ? ['bad', 'not all repaired'] : ['good', 'drift, repaired'];
  return ['warn', 'drift'];
}

// What came of it; of a repair, how that ended in the place of that it was begun.
function said(run) {
  const text = local(run.message);
  if (!run.repairedAt) return text;
  const found = text.replace(/; [\d,]+ are being made equal$/, '');
  const end = run.notRepaired > 0
    ? `repaired at ${when(run.repairedAt)} but for ${count(run.notRepaired, 'path')} of ${run.repairing}: see the dead letters and held deletes`
    : `repaired ${run.repairing} of ${run.repairing} at ${when(run.repairedAt)}`;
  return `${found}; ${end}`;
}

// One run; with what was found, once that is here, if it is to be shown.
export function card(run, isOpen, ...buttons) {
  const [tone, state] = word(run);
  const far = local(run.progress) || waits(run);
  const late = run.state === 'unanswered' ? 'The applier has not answered; if it reads this now, it does nothing.' : '';
  return element(
    'article',
    {class: 'card', 'data-run': run.id},
    element('h3', {}, title(run), element('span', {class: `chip ${tone}`}, state)),
    element('p', {}, `${when(run.givenAt)} ${wanted(run)}`),
    meter(run),
    far ? element('p', {}, far) : null,
    run.message || late ? element('p', {class: `said ${run.state === 'refused' ? 'bad' : ''}`}, said(run) || late) : null,
    isOpen ? known(run) : null,
    buttons.some(Boolean) ? element('div', {class: 'bar'}, ...buttons) : null,
  );
}

// What was found, as far as it is here: card() asks for it.
export function detailsOf(run) {
  return details.get(run.id) ?? {};
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
