// `node objects.mjs HOST WISHES`: browses and gets programs with the full clients; what they give goes to stdout.
import { clients } from './clients.mjs';

const [host, wished] = process.argv.slice(2);
const { ids, missing, query, filters, hitsPerPage } = JSON.parse(wished);
const found = {};
const refusal = (promise) => promise.then(() => null, ({ status, message }) => ({ status, message }));
const only = { attributesToRetrieve: ['name'] };

{
  const client = clients['version 5'](host);
  const browsed = async (browseParams, indexName = 'programs') => {
    const pages = [];
    await client.browseObjects({ indexName, browseParams, aggregator: ({ hits }) => pages.push(hits) });
    return pages;
  };
  found['version 5'] = {
    all: await browsed({ hitsPerPage }),
    some: await browsed({ query, filters, hitsPerPage, ...only }),
    sorted: await browsed({ hitsPerPage }, 'programs_epc_desc'),
    one: await client.getObject({ indexName: 'programs', objectID: ids[0], ...only }),
    several: (
      await client.getObjects({
        requests: [...ids, missing].map((objectID) => ({ indexName: 'programs', objectID, ...only })),
      })
    ).results,
    refused: await refusal(client.getObject({ indexName: 'programs', objectID: missing })),
  };
}
{
  const client = clients['version 4'](host);
  const index = client.initIndex('programs');
  const browsed = async (options, browsing = index) => {
    const pages = [];
    await browsing.browseObjects({ batch: (hits) => pages.push(hits), ...options });
    return pages;
  };
  found['version 4'] = {
    all: await browsed({ hitsPerPage }),
    some: await browsed({ query, filters, hitsPerPage, ...only }),
    sorted: await browsed({ hitsPerPage }, client.initIndex('programs_epc_desc')),
    one: await index.getObject(ids[0], only),
    several: (await index.getObjects([...ids, missing], only)).results,
    refused: await refusal(index.getObject(missing)),
  };
}
process.stdout.write(JSON.stringify(found));
