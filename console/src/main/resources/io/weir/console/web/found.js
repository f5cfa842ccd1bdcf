// What a verification or a dry run found: numbers, then the paths.
import {bytes, element} from './dom.js';

const MOST = 200;

function figures(numbers) {
  const shown = numbers.filter(([, value, isAlways]) => isAlways || value > 0);
  return element(
    'dl',
    {class: 'figures'},
    ...shown.map(([name, value, , text]) => element('div', {}, element('dt', {}, name), element('dd', {}, text ?? value.toLocaleString()))),
  );
}

function table(heads, rows) {
  return element(
    'table',
    {class: 'stack'},
    element('thead', {}, element('tr', {}, ...heads.map((text) => element('th', {scope: 'col'}, text)))),
    element('tbody', {}, ...rows),
  );
}

function row(tone, word, path, detail) {
  return element(
    'tr',
    {},
    element('td', {}, element('span', {class: `chip ${tone}`}, word)),
    element('td', {class: 'path'}, path),
    element('td', {}, detail),
  );
}

function listed(heads, rows, all) {
  if (rows.length === 0) return null;
  const more = all > MOST ? element('p', {class: 'hint'}, `These are the first ${MOST} of ${all.toLocaleString()}.`) : null;
  return element('div', {}, table(heads, rows), more);
}

const TONES = {missing: 'bad', extra: 'warn', different: 'bad', unsure: 'warn'};

function verification(of) {
  return element(
    'div',
    {},
    figures([
      ['entries compared', of.entries, true],
      ['contents compared', of.files, false],
      ['missing', of.missing, true],
      ['extra', of.extra, true],
      ['different', of.different, true],
      ['in flight', of.inFlight, false],
      ['not looked at', of.unsure, false],
      ['being made equal', of.repaired, false],
    ]),
    listed(
      ['Drift', 'Path', 'In what'],
      of.drift.slice(0, MOST).map((each) => row(TONES[each.kind] ?? 'warn', each.kind, each.path, each.detail)),
      of.drift.length,
    ),
  );
}

function dryRun(of) {
  const rows = [
    ...of.sentPaths.map((path) => ['busy', 'send', path]),
    ...of.deletedPaths.map((path) => [of.kept ? 'warn' : 'bad', of.kept ? 'keep' : 'delete', path]),
    ...of.unsurePaths.map((path) => ['warn', 'unsure', path]),
  ];
  return element(
    'div',
    {},
    figures([
      ['entries at the source', of.listed, true],
      ['would be sent', of.sent, true, `${of.sent.toLocaleString()} (${bytes(of.sentBytes)})`],
      [of.kept ? 'would be kept' : 'would be deleted', of.deleted, true, `${of.deleted.toLocaleString()} (${bytes(of.deletedBytes)})`],
      ['would wait', of.deferred, false],
      ['not comparable', of.unsure, false],
    ]),
    listed(['What', 'Path', ''], rows.slice(0, MOST).map(([tone, word, path]) => row(tone, word, path, '')), rows.length),
  );
}

export function found(details) {
  if (details.verification) return verification(details.verification);
  return details.dryRun ? dryRun(details.dryRun) : null;
}
