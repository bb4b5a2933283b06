// Feeds: a file of a network, seen as it would be stored before it is.

/** Nothing until the API has the route. */
export function feeds() {
  return null;
}
