// Questions, commands and events. The token is in a header, never in an address that is sent or logged.
const KEY = 'weir.token';

export function token() {
  return sessionStorage.getItem(KEY) ?? '';
}

export function keepToken(text) {
  if (text) sessionStorage.setItem(KEY, text);
  else sessionStorage.removeItem(KEY);
}

function headers() {
  return token() ? {Authorization: `Bearer ${token()}`} : {};
}

// What the browser says of a console that is gone ("Failed to fetch") tells nobody what to do.
function reached(promise) {
  return promise.catch((cause) => {
    throw new Error('the console does not answer; is it running?', {cause});
  });
}

async function answer(response) {
  const text = await reached(response.text());
  if (response.ok) return text ? JSON.parse(text) : null;
  let detail = text;
  try {
    const problem = JSON.parse(text);
    detail = problem.detail ?? problem.title ?? text;
  } catch {
    // Not ours; told as it is.
  }
  const failure = new Error(detail || `the console answered ${response.status}`);
  failure.status = response.status;
  throw failure;
}

export async function ask(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  return answer(await reached(fetch(query ? `${path}?${query}` : path, {headers: headers(), cache: 'no-store'})));
}

export async function give(action, replica, fields) {
  const body = new URLSearchParams();
  for (const [name, value] of fields) body.append(name, value);
  const path = `api/replicas/${encodeURIComponent(replica)}/${action}`;
  return answer(await reached(fetch(path, {method: 'POST', headers: headers(), body})));
}

// The console sends something every 10 seconds, if only a comment.
const SILENCE = 30000;
let heard = Date.now();

// When the console was heard of last, in milliseconds since the epoch.
export function heardAt() {
  return heard;
}

// Server-sent events by fetch, as EventSource sends no header. Comes back by itself; told(state) hears how it is.
export async function listen(handlers, told) {
  for (let wait = 500; ; wait = Math.min(wait * 2, 10000)) {
    const stop = new AbortController();
    try {
      const response = await fetch('api/events', {headers: headers(), cache: 'no-store', signal: stop.signal});
      if (!response.ok) await answer(response);
      told('live');
      wait = 500;
      await read(response.body.getReader(), handlers, stop);
      told('away');
    } catch (failure) {
      told(failure.status === 401 ? 'locked' : 'away');
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function read(reader, handlers, stop) {
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const silence = setTimeout(() => stop.abort(), SILENCE);
    const {done, value} = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    heard = Date.now();
    text += decoder.decode(value, {stream: true});
    const events = text.split('\n\n');
    text = events.pop();
    for (const event of events) dispatch(event, handlers);
  }
}

function dispatch(event, handlers) {
  let name = '';
  let data = '';
  for (const line of event.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice(7);
    else if (line.startsWith('data: ')) data += line.slice(6);
  }
  if (name && handlers[name]) handlers[name](JSON.parse(data));
}
