// Who this page may be: the token that was given, and the dialog that asks for it.
import {ask, keepToken} from './api.js';
import {byId} from './dom.js';

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
  byId('unlock').hidden = !now.writable || now.granted;
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
