// What the browser loads. `visitAs(host, page, client, wishes)` answers the report of a visit. `openAs(host, page,
// client)` opens the page for a mouse and a keyboard, and `shown()` says what is in it, null while an answer is awaited.
// `completeAs(host, box, client)` makes a box that completes what is typed; `chosen` is what was selected in it.
import { complete } from './autocomplete.mjs';
import { clients } from './clients.mjs';
import { open as react } from './react.mjs';
import { open as vanilla } from './vanilla.mjs';
import { looking, visit } from './visit.mjs';

const pages = { vanilla, react };
const root = () => document.getElementById('root');

window.visitAs = (host, made, client, wishes) =>
  visit(pages[made], root(), clients[client](host), wishes);
window.openAs = async (host, made, client) => {
  window.shop = await pages[made](root(), clients[client](host));
};
window.shown = () => (window.shop.idle() && document.querySelector('#hits article') ? looking(document).see() : null);
window.completeAs = (host, made, client) => {
  window.chosen = complete(made, root(), clients[client](host));
};
