// Verify and replay: forms, and below each of them what became of what it asked for.
import {byId, choices, element, moment, show} from './dom.js';
import {command, confirm} from './commands.js';
import {isReplica} from './flow.js';
import * as runs from './runs.js';
import {commandButton} from './session.js';

// The runs that the answers below the forms are of.
const shown = {verify: '', replay: ''};
// What a dry run was asked for; a replay does just that.
let tried = null;
// What was verified and repaired; it can be verified again.
let repaired = null;

function target(id) {
  const [replica, source] = JSON.parse(byId(id).value || '["",""]');
  return {replica, source};
}

function text(id) {
  return byId(id).value.trim();
}

// The replicas that can be chosen.
export function replicas(components) {
  const all = components
    .filter(isReplica)
    .map((each) => [JSON.stringify([each.replica, each.source]), `${each.replica} of ${each.source}`]);
  choices(byId('verify-replica'), all);
  choices(byId('replay-replica'), all);
}

async function verify(event) {
  event.preventDefault();
  const {replica, source} = target('verify-replica');
  const level = byId('verify-level').value;
  const isToRepair = byId('verify-repair').checked;
  const warning = `What differs is made equal to what ${source} has now, by the usual way with its guards: what the source does not have is deleted, unless the breaker stops it.`;
  if (isToRepair && !(await confirm(`Verify and repair ${replica}`, warning))) return;
  const fields = [['source', source], ['level', level]];
  if (level === 'sample') fields.push(['sample', text('verify-sample')]);
  if (level !== 'metadata') fields.push(['bwlimit', text('verify-bwlimit')]);
  for (const path of byId('verify-paths').value.split('\n')) fields.push(['path', path]);
  const run = await command('verify', replica, isToRepair ? [...fields, ['repair', 'true']] : fields, true);
  if (run) {
    repaired = isToRepair ? {id: run.id, replica, fields} : null;
    follow('verify', run);
  }
}

async function verifyAgain() {
  const run = await command('verify', repaired.replica, repaired.fields, true);
  if (run) {
    repaired = null;
    follow('verify', run);
  }
}

async function tryReplay(event) {
  event.preventDefault();
  const {replica, source} = target('replay-replica');
  const fields = [
    ['source', source],
    ['from', moment(text('replay-from'))],
    ['to', moment(text('replay-to'))],
    ['glob', text('replay-glob')],
  ];
  const run = await command('replay-dry-run', replica, fields, true);
  if (run) {
    tried = {id: run.id, replica, fields};
    follow('replay', run);
  }
}

async function replay() {
  const {id, replica, fields} = tried;
  const dryRun = runs.find(id);
  if (!(await confirm(`Replay to ${replica}`, `What the batches of that time named is made equal to what the source has now. ${dryRun?.message ?? ''}.`))) return;
  const run = await command('replay', replica, fields, true);
  if (run) {
    tried = null;
    follow('replay', run);
  }
}

function follow(what, run) {
  shown[what] = run.id;
  draw();
}

export function draw() {
  for (const what of Object.keys(shown)) {
    const run = runs.find(shown[what]);
    if (run) show(byId(`${what}-answer`), [runs.card(run, true, goOn(run))]);
  }
}

function goOn(run) {
  if (run.state !== 'done') return null;
  if (run.id === repaired?.id && run.repairing > 0) return commandButton({'data-key': `again/${run.id}`, onclick: verifyAgain}, 'Verify again');
  const {dryRun} = runs.detailsOf(run);
  if (run.id !== tried?.id || !dryRun) return null;
  if (dryRun.sent === 0 && dryRun.deleted === 0 && dryRun.unsure === 0) return element('p', {}, 'There is nothing to replay: all of it is equal.');
  return commandButton({class: 'main', 'data-key': `replay/${run.id}`, onclick: replay}, 'Replay it');
}

function onLevel() {
  const level = byId('verify-level').value;
  byId('verify-sample').closest('label').hidden = level !== 'sample';
  byId('verify-bwlimit').closest('label').hidden = level === 'metadata';
}

export function start() {
  byId('verify-form').addEventListener('submit', verify);
  byId('replay-form').addEventListener('submit', tryReplay);
  byId('verify-level').addEventListener('change', onLevel);
  onLevel();
}
