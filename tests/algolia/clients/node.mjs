// Visit in Node: `node node.mjs HOST PAGE CLIENT WISHES`; the report goes to stdout as JSON.
import { JSDOM } from 'jsdom';

const [host, made, client, wishes] = process.argv.slice(2);
const { window } = new JSDOM('<!doctype html><div id="root"></div>', { url: 'http://shop.example/', pretendToBeVisual: true });
// What a browser has and Node has not.
for (const name of ['window', ...Object.getOwnPropertyNames(window)]) {
  if (!(name in globalThis)) globalThis[name] = name === 'window' ? window : window[name];
}
for (const name of ['Event', 'navigator']) {
  Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
}
window.Element.prototype.scrollIntoView = () => {}; // which jsdom lacks: it has no layout
const complaints = [];
for (const level of ['error', 'warn']) console[level] = (...words) => complaints.push(words.join(' '));

const { clients } = await import('./clients.mjs');
const { open } = await import(`./${made}.mjs`);
const { visit } = await import('./visit.mjs');
const report = await visit(open, window.document.getElementById('root'), clients[client](host), JSON.parse(wishes));
process.stdout.write(JSON.stringify({ ...report, complaints }), () => process.exit(0));
