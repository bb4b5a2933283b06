// What the browser loads: `visitAs(host, page, client, wishes)` answers the report of a visit, and
// `completeAs(host, box, client)` makes a box that completes what is typed; `chosen` is what was selected in it.
import { complete } from './autocomplete.mjs';
import { clients } from './clients.mjs';
import { open as react } from './react.mjs';
import { open as vanilla } from './vanilla.mjs';
import { visit } from './visit.mjs';

const root = () => document.getElementById('root');

window.visitAs = (host, made, client, wishes) =>
  visit({ vanilla, react }[made], root(), clients[client](host), wishes);
window.completeAs = (host, made, client) => {
  window.chosen = complete(made, root(), clients[client](host));
};
