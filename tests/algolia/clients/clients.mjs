// Algolia's clients, with nothing set but the host.
import { algoliasearch as full5 } from 'algoliasearch';
import { liteClient as lite5 } from 'algoliasearch/lite';
import full4 from 'algoliasearch-4';
import lite4 from 'algoliasearch-4/lite.js';

const five = (host) => ({ hosts: [{ url: host, protocol: 'http', accept: 'readWrite' }] });
const four = (host) => ({ hosts: [{ url: host, protocol: 'http', accept: 3 }] });

export const clients = {
  'version 5 lite': (host) => lite5('affindex', 'none', five(host)),
  'version 5': (host) => full5('affindex', 'none', five(host)),
  'version 4 lite': (host) => lite4('affindex', 'none', four(host)),
  'version 4': (host) => full4('affindex', 'none', four(host)),
};
