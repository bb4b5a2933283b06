// A page made with instantsearch.js, every widget that asks the server something.
import instantsearch from 'instantsearch.js/es/index.js';
import { connectAutocomplete } from 'instantsearch.js/es/connectors/index.js';
import * as widgets from 'instantsearch.js/es/widgets/index.js';
import { DYNAMIC_LIST, NUMBERS, PER_PAGE, SORTS, unplaced } from './choices.mjs';

export async function open(root, searchClient) {
  const box = (name) => {
    const made = root.ownerDocument.createElement('div');
    made.id = name;
    root.append(made);
    return made;
  };
  const list = (attribute, options = {}) =>
    widgets.refinementList({ container: box(attribute), attribute, limit: 300, ...options });
  const named = (widget, container, attribute) => {
    container.dataset.attribute = attribute;
    return widget({ container, attribute });
  };
  const item = (hit, { html, components }) =>
    html`<article data-id="${hit.objectID}">
      ${components.Highlight({ hit, attribute: 'name' })} ${components.Snippet({ hit, attribute: 'description' })}
    </article>`;
  const search = instantsearch({ indexName: 'programs', searchClient, future: { preserveSharedStateOnUnmount: true } });
  search.addWidgets([
    widgets.configure({ attributesToSnippet: ['description:12'], maxValuesPerFacet: 300 }),
    widgets.searchBox({ container: box('words') }),
    widgets.stats({ container: box('stats') }),
    widgets.hits({ container: box('hits'), templates: { item } }),
    widgets.sortBy({ container: box('sort'), items: SORTS }),
    widgets.hitsPerPage({ container: box('perPage'), items: PER_PAGE }),
    widgets.pagination({ container: box('pages') }),
    list('network'),
    list('geoTargeting', { operator: 'and' }),
    list('category', { searchable: true, searchablePlaceholder: 'category' }),
    widgets.hierarchicalMenu({
      container: box('path'),
      attributes: ['categoryPath.lvl0', 'categoryPath.lvl1'],
      limit: 100,
    }),
    widgets.breadcrumb({ container: box('breadcrumb'), attributes: ['categoryPath.lvl0', 'categoryPath.lvl1'] }),
    widgets.rangeInput({ container: box('epc'), attribute: 'epc', precision: 2 }),
    widgets.rangeSlider({ container: box('popularity'), attribute: 'popularity' }),
    widgets.toggleRefinement({ container: box('recurring'), attribute: 'recurring' }),
    widgets.numericMenu({ container: box('cookieDays'), attribute: 'cookieDays', items: NUMBERS }),
    widgets.currentRefinements({ container: box('current') }),
    widgets.clearRefinements({ container: box('clear') }),
    widgets.dynamicWidgets({
      container: box('dynamic'),
      maxValuesPerFacet: 300,
      transformItems: unplaced,
      widgets: [(container) => named(widgets.refinementList, container, DYNAMIC_LIST)],
      fallbackWidget: ({ container, attribute }) => named(widgets.menu, container, attribute),
    }),
    widgets.index({ indexName: 'programs_name_asc', indexId: 'endless' }).addWidgets([
      widgets.configure({ hitsPerPage: 5 }),
      widgets.infiniteHits({ container: box('endless'), templates: { item } }),
    ]),
    widgets.index({ indexName: 'programs', indexId: 'suggesting' }).addWidgets([
      widgets.configure({ hitsPerPage: 3 }),
      connectAutocomplete(({ indices }) => {
        const shown = indices.flatMap(({ indexId, hits }) => hits.map((hit) => `${indexId}:${hit.objectID}`));
        root.ownerDocument.getElementById('suggestions').textContent = JSON.stringify(shown);
      })({}),
    ]),
  ]);
  box('suggestions');
  const errors = [];
  search.on('error', (error) => errors.push(String(error.error?.message ?? error.message)));
  search.start();
  return { idle: () => search.status === 'idle', errors, close: () => search.dispose() };
}
