// The page: asks once, then listens. Every part draws itself from what is known.
import {ask, give, keepToken, listen, token} from './api.js';
import {byId, bytes, duration, element, note, show} from './dom.js';
import * as flow from './flow.js';
import {letters} from './letters.js';
import {plot} from './plot.js';
import * as tail from './tail.js';

const SECONDS = 900;
let components = [];
let series = {first: 0, changes: [], paths: [], bytes: [], lagMillis: {}};

// ---- token ----------------------------------------------------------------------------------------------------------

// An address like http://127.0.0.1:8630/#token=... unlocks at once; the part behind # is never sent, and is removed from the address.
function tokenOfAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    keepToken(given);
    history.replaceState(null, '', location.pathname);
  }
}

async function session() {
  const now = await ask('api/session');
  byId('unlock').hidden = !now.writable || now.granted;
  return now;
}

function askToken() {
  const dialog = byId('token-dialog');
  byId('token-wrong').hidden = true;
  byId('token').value = '';
  dialog.showModal();
  return new Promise((resolve) => {
    byId('token-form').onsubmit = async (event) => {
      if (event.submitter?.value === 'cancel') {
        return;
      }
      event.preventDefault();
      keepToken(byId('token').value.trim());
      const {granted} = await session();
      byId('token-wrong').hidden = granted;
      if (granted) {
        dialog.close('ok');
      } else {
        keepToken('');
      }
    };
    dialog.onclose = () => resolve(dialog.returnValue === 'ok');
  });
}

// ---- commands -------------------------------------------------------------------------------------------------------

function confirm(title, text, fields = []) {
  const dialog = byId('ask-dialog');
  byId('ask-title').textContent = title;
  byId('ask-text').textContent = text;
  byId('ask-fields').replaceChildren(...fields);
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === 'ok');
  });
}

async function command(action, replica, fields) {
  try {
    const {writable, granted} = await session();
    if (!writable) {
      note('This console only shows: its settings have no console.token.', true);
      return;
    }
    if (!granted && !(await askToken())) return;
    note(`${action}: asked ${replica} ...`);
    note((await give(action, replica, fields)).message);
  } catch (failure) {
    note(failure.message, true);
  }
}

const COMMANDS = [
  {
    action: 'pause',
    label: 'Pause',
    isFor: (of) => of.state !== 'paused',
    run: async (of) => {
      const text = `${of.replica} changes nothing until it is resumed, also after a restart. What changes meanwhile waits.`;
      if (await confirm(`Pause ${of.replica}`, text)) await command('pause', of.replica, [['source', of.source]]);
    },
  },
  {
    action: 'resume',
    label: 'Resume',
    isFor: (of) => of.state === 'paused',
    run: (of) => command('resume', of.replica, [['source', of.source]]),
  },
  {
    action: 'baseline',
    label: 'Make equal',
    run: async (of) => {
      const text = `Compares all of ${of.source} with ${of.replica} and makes equal what differs. What the source does not have is deleted, unless the breaker stops it.`;
      if (await confirm(`Make ${of.replica} equal`, text)) await command('baseline', of.replica, [['source', of.source]]);
    },
  },
];

const LETTER_TEXTS = {
  retry: 'It is tried again now.',
  drop: 'It is forgotten; the replica may differ there until the path changes again or a baseline covers it.',
  approve: 'It is made equal to what the source has now: what the source does not have is deleted.',
  discard: 'It is forgotten; the replica keeps what it has there.',
};

async function onLetter(action, letter) {
  const title = `${action[0].toUpperCase()}${action.slice(1)} ${letter.path}`;
  if (await confirm(title, LETTER_TEXTS[action])) {
    await command(action, letter.replica, [['source', letter.source], ['path64', letter.pathBase64]]);
  }
}

// ---- drawing --------------------------------------------------------------------------------------------------------

function last(values) {
  return values.length === 0 ? 0 : values[values.length - 1];
}

function drawFlow() {
  const [tone, text] = flow.verdict(components);
  byId('verdict').className = tone;
  byId('verdict').textContent = text;
  document.title = tone === 'bad' ? '(!) Weir' : 'Weir';
  flow.draw(components, COMMANDS);
  const sources = [...new Set(components.map((each) => each.source).filter(Boolean))].sort();
  const chosen = byId('path-source').value;
  show(byId('path-source'), sources.map((each) => element('option', {value: each}, each)));
  if (sources.includes(chosen)) byId('path-source').value = chosen;
}

function drawSeries() {
  const lags = Object.entries(series.lagMillis).map(([name, values]) => ({name, values}));
  plot(byId('lag-plot'), 'How far each replica is behind, over the last 15 minutes', lags, duration, 1000);
  plot(
    byId('rate-plot'),
    'Changes seen and paths in batches, each second of the last 15 minutes',
    [{name: 'changes', values: series.changes}, {name: 'paths in batches', values: series.paths}],
    (value) => `${Math.round(value * 10) / 10}/s`,
    1,
  );
  const changes = series.changes.reduce((sum, each) => sum + each, 0);
  const paths = series.paths.reduce((sum, each) => sum + each, 0);
  flow.drawRates(last(series.changes), last(series.paths));
  byId('changes-rate').textContent = `${last(series.changes)}/s`;
  byId('paths-rate').textContent = `${last(series.paths)}/s`;
  byId('bytes-rate').textContent = `${bytes(last(series.bytes))}/s`;
  byId('ratio').textContent = paths === 0 ? '-' : (changes / paths).toFixed(1);
}

function append(point) {
  const add = (values, more) => [...values, ...more].slice(-SECONDS);
  const known = series.changes.length;
  series.changes = add(series.changes, point.changes);
  series.paths = add(series.paths, point.paths);
  series.bytes = add(series.bytes, point.bytes);
  const lags = {};
  for (const [name, more] of Object.entries(point.lagMillis)) {
    lags[name] = add(series.lagMillis[name] ?? new Array(known).fill(-1), more);
  }
  series.lagMillis = lags;
}

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

// How it is on each replica first: that is what was asked.
function drawExplanation({replicas = [], ...rest}) {
  const lines = replicas.map((each) => element('li', {}, element('strong', {}, each.replica), `: ${each.text}`));
  return [
    lines.length > 0 ? element('ul', {}, ...lines) : element('p', {}, 'No applier has reported a replica of this source.'),
    element('details', {}, element('summary', {}, 'Everything that is known'), drawAnswer(rest)),
  ];
}

async function explain(event) {
  event.preventDefault();
  const place = byId('path-answer');
  place.textContent = 'looking ...';
  try {
    const answer = await ask('api/explain', {source: byId('path-source').value, path: byId('path-path').value});
    place.replaceChildren(...drawExplanation(answer));
  } catch (failure) {
    place.replaceChildren(element('p', {class: 'bad'}, failure.message));
  }
}

// ---- events ---------------------------------------------------------------------------------------------------------

const HANDLERS = {
  status: (now) => {
    components = now;
    drawFlow();
  },
  deadletters: (now) => show(byId('letters'), letters(now, onLetter)),
  point: (point) => {
    append(point);
    drawSeries();
  },
  tail: (news) => tail.add(news),
  trouble: ({trouble}) => {
    byId('trouble').hidden = trouble === '';
    byId('trouble').textContent = trouble === '' ? '' : `What is shown may be old. ${trouble}`;
  },
};

const CONNECTIONS = {live: ['good', 'live'], away: ['bad', 'console away'], locked: ['warn', 'locked']};

async function onConnection(state) {
  const [tone, text] = CONNECTIONS[state];
  byId('connection').className = `chip ${tone}`;
  byId('connection').textContent = text;
  try {
    const {granted} = await session();
    if (state === 'locked' && !granted && !byId('token-dialog').open) await askToken();
    if (state === 'live') await fill();
  } catch {
    // It is away, which the chip says.
  }
}

async function fill() {
  const [all, recent] = await Promise.all([ask('api/series'), ask('api/tail')]);
  series = all;
  tail.restart(recent);
  drawSeries();
}

tokenOfAddress();
tail.start();
byId('unlock').addEventListener('click', askToken);
byId('path-form').addEventListener('submit', explain);
window.addEventListener('resize', drawSeries);
listen(HANDLERS, onConnection);
