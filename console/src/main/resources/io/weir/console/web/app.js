// The page: asks once, then listens. Every part draws itself from what is known.
import {ask, heardAt, listen} from './api.js';
import {REPLICA_COMMANDS, onLetter} from './commands.js';
import {byId, bytes, duration, show, when, zone} from './dom.js';
import * as flow from './flow.js';
import {letters} from './letters.js';
import {plot} from './plot.js';
import * as runs from './runs.js';
import * as search from './search.js';
import {askToken, isAsking, session, tokenOfAddress} from './session.js';
import * as tail from './tail.js';
import * as work from './work.js';

const SECONDS = 900;
let components = [];
let deadLetters = [];
let isAway = false;
let series = {first: 0, changes: [], paths: [], bytes: [], lagMillis: {}};

// ---- drawing --------------------------------------------------------------------------------------------------------

function last(values) {
  return values.length === 0 ? 0 : values[values.length - 1];
}

function verdict() {
  return isAway ? ['bad', `No answer from the console since ${when(heardAt())}; what is shown is of then`] : flow.verdict(components);
}

function drawFlow() {
  const [tone, ...text] = verdict();
  byId('verdict').className = tone;
  show(byId('verdict'), text);
  document.body.classList.toggle('away', isAway);
  document.title = tone === 'bad' ? '(!) Weir' : 'Weir';
  flow.draw(components, REPLICA_COMMANDS);
  search.sources(components);
  work.replicas(components);
}

function drawLetters() {
  show(byId('letters'), letters(deadLetters, onLetter));
}

const SPANS = [120, 300, SECONDS];

// So many seconds as this console has seen something in: a young one would have a plot that is empty but for its edge.
function span() {
  const firsts = Object.values(series.lagMillis).map((values) => values.findIndex((value) => value >= 0)).filter((index) => index >= 0);
  const seen = firsts.length === 0 ? 0 : series.changes.length - Math.min(...firsts);
  return SPANS.find((each) => each >= seen) ?? SECONDS;
}

function drawSeries() {
  const shown = span();
  const over = `over the last ${shown / 60} minutes`;
  const lags = Object.entries(series.lagMillis).map(([name, values]) => ({name, values: values.slice(-shown)}));
  plot(byId('lag-plot'), `How far each replica is behind, ${over}`, lags, duration, 1000);
  plot(
    byId('rate-plot'),
    `Changes seen and paths in batches in each second, ${over}`,
    [{name: 'changes', values: series.changes.slice(-shown)}, {name: 'paths in batches', values: series.paths.slice(-shown)}],
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

// ---- events ---------------------------------------------------------------------------------------------------------

const HANDLERS = {
  status: (now) => {
    components = now;
    drawFlow();
  },
  deadletters: (now) => {
    deadLetters = now;
    drawLetters();
  },
  runs: runs.update,
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
  isAway = state === 'away';
  drawFlow();
  try {
    const {granted} = await session();
    // Whether their buttons may be pressed is known now.
    drawFlow();
    drawLetters();
    if (state === 'locked' && !granted && !isAsking()) await askToken();
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

byId('zone').textContent = zone();
tokenOfAddress();
tail.start();
byId('unlock').addEventListener('click', askToken);
runs.start(work.draw);
search.start();
work.start();
window.addEventListener('resize', drawSeries);
listen(HANDLERS, onConnection);
