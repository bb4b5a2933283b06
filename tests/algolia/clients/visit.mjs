// A visitor: uses every widget in turn, and says after each step what the page shows.

const PATIENCE = 10_000;
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function until(what, holds) {
  const end = Date.now() + PATIENCE;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await pause(10);
  }
}

export async function visit(open, root, searchClient, wishes) {
  const page = root.ownerDocument;
  const window = page.defaultView;
  const all = (selector) => [...page.querySelectorAll(selector)];
  const text = (selector, within = page) => within.querySelector(selector)?.textContent ?? null;
  const label = (item) => text('[class$="-labelText"]', item) ?? text('[class$="-label"]', item);
  const counts = (id) =>
    Object.fromEntries(
      all(`#${id} li`).map((item) => [label(item), Number(text('[class$="-count"]', item).replaceAll(',', ''))]),
    );
  const ids = (id) => all(`#${id} article`).map((hit) => hit.dataset.id);
  const slider = () => {
    const handles = all('#popularity [aria-valuemin]');
    return handles.length ? [handles[0].getAttribute('aria-valuemin'), handles[0].getAttribute('aria-valuemax')] : null;
  };
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
    epc: all('#epc input').map((input) => Number(input.min || input.placeholder)),
    popularity: slider()?.map(Number) ?? null,
    current: all('#current .ais-CurrentRefinements-categoryLabel').map((label) => label.textContent),
    dynamic: all('#dynamic [data-attribute]').map((made) => made.dataset.attribute),
    endless: ids('endless'),
    suggestions: JSON.parse(text('#suggestions') || 'null'),
    pages: all('#pages .ais-Pagination-item--page').map((item) => item.textContent),
  });

  const shop = await open(root, searchClient);
  const seen = {};
  const settle = async () => {
    await pause(30); // a widget tells its search a moment after it was used
    await until('the answer', shop.idle);
    await pause(30); // and the answer is drawn a moment after it came
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
  const type = (selector, words) => {
    const input = page.querySelector(selector);
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
  const tick = (id, value) => {
    const item = all(`#${id} li`).find((each) => label(each) === value);
    if (!item) throw new Error(`${id} does not show ${value}, but ${JSON.stringify(counts(id))}`);
    item.querySelector('input, a').click();
  };
  const clear = () => click('#clear button');

  await until('the first answer', () => page.querySelector('#hits article'));
  await step('begin');
  await step('words', () => type('#words input', wishes.words));
  await step('one network', () => tick('network', 'awin'));
  await step('two networks', () => tick('network', 'cj'));
  await step('no words', () => type('#words input', ''));
  await step('cleared', clear);
  await step('a country', () => tick('geoTargeting', wishes.countries[0]));
  await step('two countries', () => tick('geoTargeting', wishes.countries[1]));
  await step('countries cleared', clear);
  await step('a vertical', () => tick('path', wishes.vertical));
  await step('a category', () => tick('path', wishes.category));
  await step('path cleared', clear);
  await step('a range', async () => {
    type('#epc .ais-RangeInput-input--min', String(wishes.epc));
    await pause(30);
    page.querySelector('#epc form').dispatchEvent(new window.Event('submit', { bubbles: true, cancelable: true }));
  });
  await step('a month', () => page.querySelectorAll('#cookieDays input')[2].click());
  await step('range cleared', clear);
  await step('recurring', () => click('#recurring input'));
  await step('all cleared', clear);
  await step('searched inside', async () => {
    type('#category .ais-SearchBox-input', wishes.inside);
    await until('found values', () => page.querySelector('#category mark'));
  });
  await step('found inside', () => tick('category', wishes.insideFinds));
  await step('cleared again', clear);
  await step('sorted', () => choose('#sort select', 'programs_epc_desc'));
  await step('seven a page', () => choose('#perPage select', '7'));
  await step('second page', () => click('#pages .ais-Pagination-item--nextPage a'));
  await step('more', () => click('#endless .ais-InfiniteHits-loadMore'));
  await step('nothing found', () => type('#words input', 'zzzzqqqq'));
  shop.close();
  return { seen, errors: shop.errors };
}
