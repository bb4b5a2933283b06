// Boxes that complete what is typed, each as its library makes it; what is selected is noted in `chosen`.
import { autocomplete, getAlgoliaFacets, getAlgoliaResults } from '@algolia/autocomplete-js';
import instantsearch from 'instantsearch.js/es/index.js';
import * as widgets from 'instantsearch.js/es/widgets/index.js';
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import { Autocomplete, Highlight, InstantSearch } from 'react-instantsearch';

const MOST = { hitsPerPage: 5 };

// Autocomplete on its own: programs, and below them the categories that go on from what was typed.
function alone(root, searchClient, chosen) {
  const programs = (query) => ({
    sourceId: 'programs',
    getItems: () => getAlgoliaResults({ searchClient, queries: [{ indexName: 'programs', params: { query, ...MOST } }] }),
    getItemInputValue: ({ item }) => item.name,
    onSelect: ({ item }) => chosen.push(item.objectID),
    templates: {
      item: ({ item, components, html }) =>
        html`<article data-id="${item.objectID}">${components.Highlight({ hit: item, attribute: 'name' })}</article>`,
    },
  });
  const categories = (facetQuery) => ({
    sourceId: 'categories',
    getItems: () =>
      getAlgoliaFacets({
        searchClient,
        queries: [{ indexName: 'programs', facet: 'category', params: { facetQuery, maxFacetHits: 10 } }],
      }),
    onSelect: ({ item }) => chosen.push(item.label),
    templates: {
      item: ({ item, components, html }) =>
        html`<section data-count="${item.count}">${components.Highlight({ hit: item, attribute: 'label' })}</section>`,
    },
  });
  const getSources = ({ query }) => [programs(query), categories(query)];
  // without its style sheet it would take every screen for a small one
  autocomplete({ container: root, detachedMediaQuery: 'none', getSources });
}

function vanilla(root, searchClient, chosen) {
  const search = instantsearch({ indexName: 'programs', searchClient });
  const item = ({ item, onSelect }, { html, components }) =>
    html`<article data-id="${item.objectID}" onclick=${onSelect}>${components.Highlight({ hit: item, attribute: 'name' })}</article>`;
  const onSelect = ({ item, setQuery }) => {
    chosen.push(item.objectID);
    setQuery(item.name);
  };
  search.addWidgets([
    widgets.autocomplete({
      container: root,
      indices: [{ indexName: 'programs', searchParameters: MOST, templates: { item }, onSelect }],
    }),
  ]);
  search.start();
}

function react(root, searchClient, chosen) {
  const itemComponent = ({ item, onSelect }) =>
    h('article', { 'data-id': item.objectID, onClick: onSelect }, h(Highlight, { hit: item, attribute: 'name' }));
  const onSelect = ({ item, setQuery }) => {
    chosen.push(item.objectID);
    setQuery(item.name);
  };
  createRoot(root).render(
    h(
      InstantSearch,
      { indexName: 'programs', searchClient },
      h(Autocomplete, { indices: [{ indexName: 'programs', searchParameters: MOST, itemComponent, onSelect }] }),
    ),
  );
}

export function complete(made, root, searchClient) {
  const chosen = [];
  ({ alone, vanilla, react })[made](root, searchClient, chosen);
  return chosen;
}
