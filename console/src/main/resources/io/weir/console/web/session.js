// Who this page may be: the token that was given, and the dialog that asks for it.
import {ask, keepToken} from './api.js';
import {byId, element} from './dom.js';

export const READ_ONLY = 'This console only shows: commands need console.token in its settings.';
let isWritable = true;

// A button that gives a command, where this console gives any.
export function commandButton(attributes, label) {
  return element('button', {type: 'button', ...attributes, ...(isWritable ? {} : {disabled: true, title: READ_ONLY})}, label);
}

// An address like http://127.0.0.1:8630/#token=... unlocks at once; the part behind # is never sent, and is removed from the address.
export function tokenOfAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) {
    keepToken(given);
    history.replaceState(null, '', location.pathname);
  }
}

export async function session() {
  const now = await ask('api/session');
  isWritable = now.writable;
  byId('unlock').hidden = !now.writable || now.granted;
  byId('read-only').hidden = now.writable;
  for (const each of document.querySelectorAll('#verify-form button, #replay-form button')) {
    each.disabled = !now.writable;
    each.title = now.writable ? '' : READ_ONLY;
  }
  byId('token-place').hidden = !now.tokenFile;
  byId('token-file').textContent = now.tokenFile;
  return now;
}

export function isAsking() {
  return byId('token-dialog').open;
}

export function askToken() {
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
