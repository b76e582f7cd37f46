/*
 * Bytes to the server, with progress.  One POST today; whatever can pause and
 * go on later has the same face: send() resolves to { status, body, headers },
 * and rejects with a Problem of status 0 where the connection was lost.
 */

import { Problem, address } from './api.js';

export const pauses = false;

export function send(path, body, { params, headers, onprogress, signal }) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', address(path, params));
    for (const [name, value] of Object.entries(headers)) {
      xhr.setRequestHeader(name, value);
    }
    xhr.upload.onprogress = (event) => onprogress?.(event.loaded, event.total);
    xhr.onload = () => {
      let answer = null;
      try {
        answer = JSON.parse(xhr.responseText);
      } catch { /* a proxy's page */ }
      if (xhr.status >= 400) {
        reject(new Problem(xhr.status, answer,
          Number(xhr.getResponseHeader('Retry-After')) || undefined));
      } else {
        resolve({ status: xhr.status, body: answer });
      }
    };
    xhr.onerror = () => reject(new Problem(0, null));
    xhr.onabort = () => reject(new DOMException('', 'AbortError'));
    signal?.addEventListener('abort', () => xhr.abort());
    xhr.send(body);
  });
}
