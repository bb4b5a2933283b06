// Algolia's clients, with nothing set but the host and how long they wait for it.
import { algoliasearch as full5 } from 'algoliasearch';
import { liteClient as lite5 } from 'algoliasearch/lite';
import full4 from 'algoliasearch-4';
import lite4 from 'algoliasearch-4/lite.js';

// A machine that does much else is no outage: of its own accord a client gives a host up after 2 s.
const five = (host) => ({
  hosts: [{ url: host, protocol: 'http', accept: 'readWrite' }],
  timeouts: { connect: 10_000, read: 30_000, write: 30_000 }, // ms
});
const four = (host) => ({
  hosts: [{ url: host, protocol: 'http', accept: 3 }],
  timeouts: { connect: 10, read: 30, write: 30 }, // s
});

export const clients = {
  'version 5 lite': (host) => lite5('affindex', 'none', five(host)),
  'version 5': (host) => full5('affindex', 'none', five(host)),
  'version 4 lite': (host) => lite4('affindex', 'none', four(host)),
  'version 4': (host) => full4('affindex', 'none', four(host)),
};
