// Agents, aggregators and replicas as cards in the direction of the data.
import {byId, count, duration, element, local, show} from './dom.js';
import {commandButton} from './session.js';

const GOOD = new Set(['running', 'idle']);
const BUSY = new Set(['starting', 'baseline', 'gap', 'lagging']);
const QUIET = new Set(['paused', 'stopped']);

// What follows a source: one that was promoted is the source itself.
export function isReplica(component) {
  return component.role === 'applier' && component.state !== 'promoted';
}

export function tone(component) {
  if (component.deadLetters > 0 || component.heldPaths > 0 || component.unserved) return 'bad';
  if (GOOD.has(component.state) || component.state === 'promoted') return 'good';
  if (BUSY.has(component.state)) return 'busy';
  return QUIET.has(component.state) ? 'warn' : 'bad';
}

// What a person wants to know first, in one sentence.
export function verdict(components) {
  if (components.length === 0) return ['bad', 'No component has reported yet'];
  const bad = components.filter((each) => tone(each) === 'bad');
  if (bad.length > 0) {
    const needs = `${count(bad.length, 'component')} need${bad.length === 1 ? 's' : ''} attention: `;
    return ['bad', needs, ...bad.flatMap((each, index) => [index > 0 ? ', ' : '', where(each), ` (${why(each)})`])];
  }
  const replicas = components.filter(isReplica);
  if (replicas.length === 0) return ['warn', 'No replica has reported yet'];
  const quiet = replicas.filter((each) => tone(each) === 'warn');
  if (quiet.length > 0) return ['warn', `${quiet.map((each) => `${each.replica} is ${each.state}`).join(', ')}`];
  const behind = replicas.filter((each) => each.state === 'baseline' || each.lagMillis > 10000);
  if (behind.length > 0) return ['busy', `${count(behind.length, 'replica')} ${behind.length === 1 ? 'is' : 'are'} catching up`];
  return ['good', `${replicas.length === 1 ? 'The replica is' : `All ${replicas.length} replicas are`} in step`];
}

function anchor(component) {
  return `component-${component.component}`;
}

// The part of the page that tells more.
function where(component) {
  const part = component.deadLetters > 0 || component.heldPaths > 0 ? 'letters-part' : anchor(component);
  return element('a', {href: `#${encodeURIComponent(part)}`}, component.component);
}

// Of the dead letters, those that no guard holds.
function failed(component) {
  return Math.max(0, component.deadLetters - component.heldPaths);
}

function why(component) {
  const reasons = [
    failed(component) === 1 ? 'a dead letter' : '',
    failed(component) > 1 ? count(failed(component), 'dead letter') : '',
    component.heldPaths > 0 ? `${count(component.heldPaths, 'path')} held` : '',
    component.unserved ? 'no agent says that it serves its source' : '',
  ].filter(Boolean);
  return reasons.length > 0 ? reasons.join(', ') : component.state;
}

// Why it is so. Of one that rests, without what its chip says, and its button does.
function message(component) {
  const text = component.message ?? '';
  return local(component.state === 'paused' ? text.replace(/^paused /, '').replace(/; `weir resume [^`]*` lets it go on/, '') : text);
}

function card(component, title, facts, buttons) {
  return element(
    'article',
    {class: 'card', id: anchor(component), 'data-component': component.component},
    element('h3', {}, title, element('span', {class: `chip ${tone(component)}`}, component.state)),
    ...facts.filter(Boolean).map((fact) => element('p', {}, fact)),
    component.message ? element('p', {class: tone(component)}, message(component)) : null,
    component.progress ? element('p', {}, local(component.progress)) : null,
    buttons.length > 0 ? element('div', {class: 'bar'}, ...buttons) : null,
  );
}

// As of its last word: what came since is not known yet.
function waiting(component) {
  if (component.pendingPaths === 0) return '';
  const oldest = component.oldestPendingAt ? Date.parse(component.at) - Date.parse(component.oldestPendingAt) : 0;
  const wait = component.pendingPaths === 1 ? 'waits' : 'wait';
  return `${count(component.pendingPaths, 'path')} ${wait}, the oldest for ${duration(Math.max(0, oldest))}`;
}

function replica(component, commands) {
  const facts = [
    `of ${component.source}, on ${component.host}`,
    waiting(component) || (GOOD.has(component.state) ? 'nothing waits' : ''),
    component.deadLetters > 0 ? count(component.deadLetters, 'dead letter') : '',
    component.heldPaths > 0 ? `${count(component.heldPaths, 'path')} held` : '',
  ];
  const buttons = commands
    .filter((each) => !each.isFor || each.isFor(component))
    .map((each) =>
      commandButton(
        {'data-key': `${each.key ?? each.action}/${component.component}`, title: each.title, onclick: () => each.run(component)},
        each.label,
      ),
    );
  return card(component, component.replica, facts, buttons);
}

function cards(all, what) {
  return all.length > 0 ? all : [element('p', {class: 'hint'}, `no ${what} has reported`)];
}

// commands: what the buttons of a replica do.
export function draw(components, commands) {
  const of = (role) => components.filter((each) => each.role === role);
  const agents = of('agent').map((each) => card(each, each.source ?? each.component, [`agent on ${each.host}`, waiting(each)], []));
  const aggregators = of('aggregator').map((each) => card(each, 'aggregator', [`on ${each.host}`, waiting(each)], []));
  show(byId('sources'), cards(agents, 'agent'));
  show(byId('aggregators'), cards(aggregators, 'aggregator'));
  show(byId('replicas'), cards(of('applier').map((each) => replica(each, commands)), 'applier'));
}

export function drawRates(changes, paths) {
  arrow(byId('changes-arrow'), changes, 'changes/s');
  arrow(byId('paths-arrow'), paths, 'paths/s');
}

function arrow(place, rate, unit) {
  place.className = rate > 0 ? 'arrow moving' : 'arrow';
  place.textContent = `${rate} ${unit}`;
}
