// The index: what serves, how far it is behind, and working on it.

/** Nothing until the API has the route. */
export function index() {
  return null;
}
