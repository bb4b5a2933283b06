// The index: what serves, and how far it is behind.

import { get } from "./api.js";
import { h, replace } from "./dom.js";
import { number, seconds } from "./format.js";
import { known } from "./programs.js";
import { failed, skeleton } from "./states.js";

const LOOK_AGAIN = 5000; // ms, while somebody looks

export function index() {
  const body = h("div", null, skeleton(2));
  const tile = (name, value) => h("div", { class: "tile" }, h("dt", null, name), h("dd", null, known(value)));

  async function look() {
    try {
      const { parts, index: lag } = await get("/readyz");
      replace(
        body,
        h(
          "dl",
          { class: "tiles" },
          tile("Search", parts.search === "ready" ? "Ready" : "Missing"),
          tile("Database", parts.database === "ready" ? "Ready" : "Missing"),
          tile("Serving generation", lag.generation && h("code", null, lag.generation)),
          tile("Changes on the way", lag.pendingChanges === null ? null : number(lag.pendingChanges)),
          tile("Oldest of them", lag.oldestPendingSeconds === null ? null : lag.pendingChanges === 0 ? "–" : seconds(lag.oldestPendingSeconds)),
        ),
      );
    } catch (problem) {
      replace(body, failed(problem, null, { small: true }));
    }
  }

  look();
  const timer = setInterval(() => (body.isConnected ? !document.hidden && look() : clearInterval(timer)), LOOK_AGAIN);
  return h("section", { class: "panel-box", id: "index" }, h("h2", null, "Index"), body);
}
