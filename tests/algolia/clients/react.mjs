// The same page made with react-instantsearch.
import { createElement as h, useState } from 'react';
import { createRoot } from 'react-dom/client';
import {
  Breadcrumb,
  ClearRefinements,
  Configure,
  CurrentRefinements,
  DynamicWidgets,
  HierarchicalMenu,
  Highlight,
  Hits,
  HitsPerPage,
  Index,
  InfiniteHits,
  InstantSearch,
  Menu,
  Pagination,
  RangeInput,
  RefinementList,
  SearchBox,
  Snippet,
  SortBy,
  Stats,
  ToggleRefinement,
  useAutocomplete,
  useInstantSearch,
  useNumericMenu,
  useRange,
} from 'react-instantsearch';
import { DYNAMIC_LIST, NUMBERS, PER_PAGE, SORTS, unplaced } from './choices.mjs';

const LEVELS = ['categoryPath.lvl0', 'categoryPath.lvl1'];

function Hit({ hit }) {
  return h(
    'article',
    { 'data-id': hit.objectID },
    h(Highlight, { hit, attribute: 'name' }),
    h(Snippet, { hit, attribute: 'description' }),
  );
}

function NumericMenu({ attribute, items }) {
  const { items: shown, refine } = useNumericMenu({ attribute, items });
  return h(
    'div',
    { className: 'ais-NumericMenu' },
    shown.map(({ label, value, isRefined }) =>
      h(
        'label',
        { key: label, className: 'ais-NumericMenu-label' },
        h('input', { type: 'radio', className: 'ais-NumericMenu-radio', checked: isRefined, onChange: () => refine(value) }),
        label,
      ),
    ),
  );
}

// react-instantsearch has the hook alone; a page makes the slider, here of two inputs.
function Slider({ attribute }) {
  const { range, start, refine } = useRange({ attribute });
  const refined = [Math.max(start[0], range.min), Math.min(start[1], range.max)];
  const state = refined.join();
  const [drawn, draw] = useState({}); // what the answer does not say yet
  const shown = drawn.since === state ? drawn.values : refined;
  const handle = (end) => (event) => {
    const moved = shown.with(end, Number(event.target.value));
    draw({ since: state, values: moved });
    refine(moved);
  };
  const { min, max } = range;
  return shown.map((value, end) => h('input', { key: end, type: 'range', min, max, value, onChange: handle(end) }));
}

function DynamicMenu({ attribute }) {
  return h('div', { 'data-attribute': attribute }, h(Menu, { attribute }));
}

function Suggesting() {
  const { indices } = useAutocomplete();
  const shown = indices.flatMap(({ indexId, hits }) => hits.map((hit) => `${indexId}:${hit.objectID}`));
  return h('div', { id: 'suggestions' }, JSON.stringify(shown));
}

export async function open(root, searchClient) {
  let status = 'loading';
  const errors = [];
  function Watch() {
    const { status: now, error } = useInstantSearch({ catchError: true });
    status = now;
    if (error) errors.push(String(error.message));
    return null;
  }
  const box = (id, ...children) => h('div', { id, key: id }, ...children);
  const list = (attribute, options) => box(attribute, h(RefinementList, { attribute, limit: 300, ...options }));
  const page = h(
    InstantSearch,
    { indexName: 'programs', searchClient, future: { preserveSharedStateOnUnmount: true } },
    h(Watch),
    h(Configure, { attributesToSnippet: ['description:12'], maxValuesPerFacet: 300 }),
    box('words', h(SearchBox)),
    box('stats', h(Stats)),
    box('hits', h(Hits, { hitComponent: Hit })),
    box('sort', h(SortBy, { items: SORTS })),
    box('perPage', h(HitsPerPage, { items: PER_PAGE })),
    box('pages', h(Pagination)),
    list('network'),
    list('geoTargeting', { operator: 'and' }),
    list('category', { searchable: true, searchablePlaceholder: 'category' }),
    box('path', h(HierarchicalMenu, { attributes: LEVELS, limit: 100 })),
    box('breadcrumb', h(Breadcrumb, { attributes: LEVELS })),
    box('epc', h(RangeInput, { attribute: 'epc', precision: 2 })),
    box('popularity', h(Slider, { attribute: 'popularity' })),
    box('recurring', h(ToggleRefinement, { attribute: 'recurring' })),
    box('cookieDays', h(NumericMenu, { attribute: 'cookieDays', items: NUMBERS })),
    box('current', h(CurrentRefinements)),
    box('clear', h(ClearRefinements)),
    box(
      'dynamic',
      h(
        DynamicWidgets,
        { maxValuesPerFacet: 300, transformItems: unplaced, fallbackComponent: DynamicMenu },
        h('div', { 'data-attribute': DYNAMIC_LIST }, h(RefinementList, { attribute: DYNAMIC_LIST })),
      ),
    ),
    h(
      Index,
      { indexName: 'programs_name_asc', indexId: 'endless' },
      h(Configure, { hitsPerPage: 5 }),
      box('endless', h(InfiniteHits, { hitComponent: Hit })),
    ),
    h(Index, { indexName: 'programs', indexId: 'suggesting' }, h(Configure, { hitsPerPage: 3 }), h(Suggesting)),
  );
  const made = createRoot(root);
  made.render(page);
  return { idle: () => status === 'idle', errors, close: () => made.unmount() };
}
