// What the pages offer to choose from.
export const SORTS = [
  { label: 'Best', value: 'programs' },
  { label: 'EPC', value: 'programs_epc_desc' },
];
export const PER_PAGE = [
  { label: '20', value: 20, default: true },
  { label: '7', value: 7 },
];
export const NUMBERS = [
  { label: 'All' },
  { label: 'a week', end: 7 },
  { label: 'a month', start: 8, end: 30 },
  { label: 'longer', start: 31 },
];
// Of the dynamic widgets one is placed by the page; whatever else the answer orders becomes a menu.
export const DYNAMIC_LIST = 'language';
// Dynamic widgets show the facets that have no widget of their own: two widgets of one attribute disturb each other.
const PLACED = ['network', 'geoTargeting', 'category', 'epc', 'popularity', 'recurring', 'cookieDays'];
export const unplaced = (attributes) =>
  attributes.filter((each) => !each.startsWith('categoryPath') && !PLACED.includes(each));
