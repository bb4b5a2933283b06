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
