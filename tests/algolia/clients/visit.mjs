// A visitor: uses every widget in turn, and says after each step what the page shows.

const PATIENCE = 10_000;
const [PAGE_UP, PAGE_DOWN] = [33, 34]; // as the slider knows them
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function until(what, holds) {
  const end = Date.now() + PATIENCE;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(10);
  }
}

const HANDLES = '#popularity [role=slider], #popularity [type=range]';
const label = (item) =>
  (item.querySelector('[class$="-labelText"]') ?? item.querySelector('[class$="-label"]')).textContent;

// What a page shows.
export function looking(page) {
  const all = (selector, within = page) => [...within.querySelectorAll(selector)];
  const text = (selector, within = page) => within.querySelector(selector)?.textContent ?? null;
  const values = (within) =>
    all('li', within).map((item) => [label(item), Number(text('[class$="-count"]', item).replaceAll(',', ''))]);
  const counts = (id) => Object.fromEntries(values(page.getElementById(id)));
  const ids = (id) => all(`#${id} article`).map((hit) => hit.dataset.id);
  const ends = (selector, read) => all(selector).map((end, number) => Number(read(end, number ? 'max' : 'min')));
  const see = () => ({
    total: Number(text('#stats .ais-Stats-text').replace(/ .*/, '').replaceAll(',', '').replace('No', '0')),
    hits: ids('hits'),
    marked: all('#hits mark').map((mark) => mark.textContent),
    names: all('#hits .ais-Highlight').map((name) => name.textContent),
    snippets: all('#hits .ais-Snippet').map((snippet) => snippet.textContent),
    network: counts('network'),
    geoTargeting: counts('geoTargeting'),
    category: counts('category'),
    path: counts('path'),
    breadcrumb: all('#breadcrumb .ais-Breadcrumb-item').map((item) => item.textContent),
    epc: ends('#epc input', (input, end) => input[end]),
    popularity: ends(HANDLES, (handle, end) => handle.getAttribute(`aria-value${end}`) ?? handle[end]),
    slid: ends(HANDLES, (handle) => handle.getAttribute('aria-valuenow') ?? handle.value),
    current: all('#current .ais-CurrentRefinements-categoryLabel').map((label) => label.textContent),
    dynamic: all('#dynamic [data-attribute]').map((made) => [made.dataset.attribute, values(made)]),
    endless: ids('endless'),
    suggestions: JSON.parse(text('#suggestions') || 'null'),
    pages: all('#pages .ais-Pagination-item--page').map((item) => item.textContent),
  });

  return { all, counts, see };
}

export async function visit(open, root, searchClient, wishes) {
  const page = root.ownerDocument;
  const window = page.defaultView;
  const { all, counts, see } = looking(page);
  const shop = await open(root, searchClient);
  const seen = {};
  const settle = async () => {
    await pause(30); // a widget tells its search a moment after it was used
    do {
      await until('the answer', shop.idle);
      await pause(100); // and the answer is drawn a moment after it came; lists that it brings ask for themselves
    } while (!shop.idle());
  };
  const step = async (name, act) => {
    try {
      await act?.();
      await settle();
      seen[name] = see();
    } catch (error) {
      throw new Error(`${name}: ${error.message}; the page had ${JSON.stringify(shop.errors)}`);
    }
  };
  const type = (where, words) => {
    const input = typeof where === 'string' ? page.querySelector(where) : where;
    // as a keyboard does it, past the value that React remembers
    Object.getOwnPropertyDescriptor(window.HTMLInputElement.prototype, 'value').set.call(input, words);
    input.dispatchEvent(new window.Event('input', { bubbles: true }));
  };
  const choose = (selector, value) => {
    const select = page.querySelector(selector);
    select.value = value;
    select.dispatchEvent(new window.Event('change', { bubbles: true }));
  };
  const click = (selector) => {
    const element = page.querySelector(selector);
    if (!element) throw new Error(`there is no ${selector}`);
    element.click();
  };
  const tick = (id, value, within = `#${id}`) => {
    const items = all(`${within} li`);
    const item = items.find((each) => label(each) === value);
    if (!item) throw new Error(`${id} does not show ${value}, but ${items.map(label).join(', ')}`);
    item.querySelector('input, a').click();
  };
  const tickDynamic = ([attribute, value]) => tick(attribute, value, `#dynamic [data-attribute=${attribute}]`);
  // One key on a handle of the slider. A browser moves an input itself, but for keys that are pressed by hand only.
  const slide = (end, key, by) => {
    const handle = all(HANDLES)[end];
    if (handle.type === 'range') type(handle, String(Number(handle.value) + by));
    else handle.dispatchEvent(new window.KeyboardEvent('keydown', { keyCode: key, bubbles: true, cancelable: true }));
  };
  const clear = () => click('#clear button');

  await until('the first answer', () => page.querySelector('#hits article'));
  await step('begin');
  await step('words', () => type('#words input', wishes.words));
  await step('one network', () => tick('network', 'awin'));
  await step('two networks', () => tick('network', 'cj'));
  await step('no words', () => click('#words [type=reset]'));
  await step('cleared', clear);
  await step('a country', () => tick('geoTargeting', wishes.countries[0]));
  await step('two countries', () => tick('geoTargeting', wishes.countries[1]));
  await step('one taken back', () => {
    const items = all('#current .ais-CurrentRefinements-category');
    items.find((item) => item.textContent.includes(wishes.countries[0])).querySelector('button').click();
  });
  await step('countries cleared', clear);
  await step('a vertical', () => tick('path', wishes.vertical));
  await step('a category', () => tick('path', wishes.category));
  await step('up again', () => all('#breadcrumb a').find((link) => link.textContent === wishes.vertical).click());
  await step('path cleared', clear);
  await step('a range', async () => {
    type('#epc .ais-RangeInput-input--min', String(wishes.epc[0]));
    type('#epc .ais-RangeInput-input--max', String(wishes.epc[1]));
    await pause(30);
    page.querySelector('#epc form').dispatchEvent(new window.Event('submit', { bubbles: true, cancelable: true }));
  });
  await step('a month', () => all('#cookieDays input')[2].click());
  await step('any cookie', () => all('#cookieDays input')[0].click());
  await step('searched inside', async () => {
    type('#category .ais-SearchBox-input', wishes.inside);
    await until('found values', () => page.querySelector('#category mark'));
  });
  await step('found inside', () => tick('category', wishes.insideFinds));
  await step('range cleared', clear);
  await step('slid up', async () => {
    await until('the whole slider', () => String(see().slid) === String(see().popularity));
    slide(0, PAGE_UP, 10);
  });
  await step('slid down', () => slide(1, PAGE_DOWN, -10));
  await step('slider cleared', clear);
  await step('dynamic list', () => tickDynamic(wishes.dynamicList[0]));
  await step('dynamic list of two', () => tickDynamic(wishes.dynamicList[1]));
  await step('dynamic menu', () => tickDynamic(wishes.dynamicMenu));
  await step('dynamic cleared', clear);
  await step('closed', () => tickDynamic(['status', 'closed']));
  await step('opened', () => tickDynamic(['status', 'closed']));
  await step('recurring', () => click('#recurring input'));
  await step('recurring or not', () => click('#recurring input'));
  await step('sorted', () => choose('#sort select', 'programs_epc_desc'));
  await step('seven a page', () => choose('#perPage select', '7'));
  await step('second page', () => click('#pages .ais-Pagination-item--nextPage a'));
  await step('last page', () => click('#pages .ais-Pagination-item--lastPage a'));
  await step('more', () => click('#endless .ais-InfiniteHits-loadMore'));
  await step('nothing found', () => type('#words input', 'zzzzqqqq'));
  shop.close();
  return { seen, errors: shop.errors };
}
