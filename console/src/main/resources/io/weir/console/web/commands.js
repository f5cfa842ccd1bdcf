// What a person asks replicas to do, after a question where it matters. What becomes of it: runs.js.
import {give} from './api.js';
import {byId, note} from './dom.js';
import * as runs from './runs.js';
import {READ_ONLY, askToken, session} from './session.js';

export function confirm(title, text) {
  const dialog = byId('ask-dialog');
  const asking = document.activeElement?.dataset.key;
  byId('ask-title').textContent = title;
  byId('ask-text').textContent = text;
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => {
      // The button that asked may have been drawn anew meanwhile.
      if (asking) document.querySelector(`[data-key="${CSS.escape(asking)}"]`)?.focus();
      resolve(dialog.returnValue === 'ok');
    };
  });
}

// Gives a command; answers the run that tells what becomes of it, or null when it could not be given, which was told.
export async function command(action, replica, fields, isQuiet = false) {
  try {
    const {writable, granted} = await session();
    if (!writable) {
      note(READ_ONLY, true);
      return null;
    }
    if (!granted && !(await askToken())) return null;
    const run = await give(action, replica, fields);
    runs.expect(run, isQuiet);
    return run;
  } catch (failure) {
    note(failure.message, true);
    return null;
  }
}

export const REPLICA_COMMANDS = [
  {
    action: 'pause',
    // The one takes the other's place, and the focus stays there.
    key: 'rest',
    label: 'Pause',
    isFor: (of) => of.state !== 'paused' && of.state !== 'promoted',
    run: async (of) => {
      const text = `${of.replica} changes nothing until it is resumed, also after a restart. What changes meanwhile waits.`;
      if (await confirm(`Pause ${of.replica}`, text)) await command('pause', of.replica, [['source', of.source]]);
    },
  },
  {
    action: 'resume',
    key: 'rest',
    label: 'Resume',
    isFor: (of) => of.state === 'paused',
    run: (of) => command('resume', of.replica, [['source', of.source]]),
  },
  {
    action: 'baseline',
    label: 'Make equal',
    title: 'Compares everything with the source and makes equal what differs; what the source does not have may be deleted',
    isFor: (of) => of.state !== 'promoted',
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

export async function onLetter(action, letter) {
  const title = `${action[0].toUpperCase()}${action.slice(1)} ${letter.path}`;
  if (await confirm(title, LETTER_TEXTS[action])) {
    await command(action, letter.replica, [['source', letter.source], ['path64', letter.pathBase64]]);
  }
}
