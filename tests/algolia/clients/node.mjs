// Visit in Node: `node node.mjs HOST PAGE CLIENT WISHES`; the report goes to stdout as JSON.
import { JSDOM } from 'jsdom';

const [host, made, client, wishes] = process.argv.slice(2);
const { window } = new JSDOM('<!doctype html><div id="root"></div>', { url: 'http://shop.example/', pretendToBeVisual: true });
for (const name of ['window', 'document', 'HTMLElement', 'Node', 'Event', 'MutationObserver', 'requestAnimationFrame']) {
  globalThis[name] = name === 'window' ? window : window[name];
}
const complaints = [];
for (const level of ['error', 'warn']) console[level] = (...words) => complaints.push(words.join(' '));

const { clients } = await import('./clients.mjs');
const { open } = await import(`./${made}.mjs`);
const { visit } = await import('./visit.mjs');
const report = await visit(open, window.document.getElementById('root'), clients[client](host), JSON.parse(wishes));
process.stdout.write(JSON.stringify({ ...report, complaints }), () => process.exit(0));
