// What the browser loads: `visitAs(host, page, client, wishes)` answers the report.
import { clients } from './clients.mjs';
import { open as react } from './react.mjs';
import { open as vanilla } from './vanilla.mjs';
import { visit } from './visit.mjs';

window.visitAs = (host, made, client, wishes) =>
  visit({ vanilla, react }[made], document.getElementById('root'), clients[client](host), wishes);
