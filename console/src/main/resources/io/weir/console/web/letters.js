// Dead letters and held deletes, with what may be done about each.
import {element, local, when} from './dom.js';
import {commandButton} from './session.js';

function button(label, action, letter, give) {
  return commandButton(
    {'data-key': `${action}/${letter.replica}/${letter.source}/${letter.pathBase64}`, onclick: () => give(action, letter)},
    label,
  );
}

function row(letter, give) {
  const isHeld = letter.kind === 'held';
  const buttons = letter.replica === ''
    ? []
    : isHeld
      ? [button('Approve', 'approve', letter, give), button('Discard', 'discard', letter, give)]
      : [letter.kind === 'failed' ? button('Retry', 'retry', letter, give) : null, button('Drop', 'drop', letter, give)];
  const tries = letter.attempts > 1 ? `, tried ${letter.attempts} times` : '';
  return element(
    'tr',
    {},
    element('td', {}, element('span', {class: `chip ${isHeld ? 'warn' : 'bad'}`}, letter.kind)),
    element('td', {}, `${letter.replica || 'all replicas'} of ${letter.source}`),
    element('td', {class: 'path'}, letter.path + (letter.recursive ? ' (with all below)' : '')),
    element('td', {}, `${local(letter.reason)} (since ${when(letter.firstFailedAt)}${tries})`),
    element('td', {}, element('div', {class: 'bar'}, ...buttons)),
  );
}

const MOST = 200;

export function letters(all, give) {
  if (all.length === 0) return [element('p', {}, 'None.')];
  const head = element(
    'thead',
    {},
    element('tr', {}, ...['Kind', 'Replica', 'Path', 'Why', 'Commands'].map((text) => element('th', {scope: 'col'}, text))),
  );
  const rows = all.slice(0, MOST).map((each) => row(each, give));
  const more = all.length > MOST ? element('p', {class: 'hint'}, `and ${all.length - MOST} more: weir deadletters list`) : null;
  return [element('table', {class: 'stack'}, head, element('tbody', {}, ...rows)), ...(more ? [more] : [])];
}
