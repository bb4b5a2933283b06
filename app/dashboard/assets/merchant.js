// One merchant: all of its offers, on all networks.

import { FIND } from "./address.js";
import { h, icon, outward, replace } from "./dom.js";
import { loadFields, network, vertical } from "./fields.js";
import { tile } from "./figures.js";
import { list, number, plural } from "./format.js";
import { onKept } from "./kept.js";
import { offersOf, offersTable } from "./program_offers.js";
import { card, commission, cookie, epc, linkOut, monogram, tray } from "./programs.js";
import { frame, title } from "./shell.js";
import { absent, failed, skeleton } from "./states.js";
import { leadingBox } from "./suggest.js";

const domain = decodeURIComponent(location.pathname.split("/")[2] ?? "").toLowerCase();
const main = frame();
const compare = tray();
onKept(compare.show);

const body = h("div", { class: "program" });
main.append(h("div", { class: "seek" }, leadingBox()), body, compare.bar);

/** The offer with the highest of a figure among those that take affiliates. */
const best = (programs, of) =>
  programs.filter((each) => each.status === "active" && each[of] !== null).sort((one, other) => other[of] - one[of])[0];

function draw(programs, total) {
  const networks = [...new Set(programs.map((each) => each.network))];
  const verticals = [...new Set(programs.map((each) => each.vertical).filter(Boolean))];
  const paid = best(programs, "commissionMax");
  const earning = best(programs, "epc");
  const lasting = best(programs, "cookieDays");
  const of = (program) => program && { more: ` on ${network(program.network)}`, href: `/programs/${program.id}` };
  replace(
    body,
    h(
      "header",
      { class: "head" },
      monogram({ ...programs.find((each) => each.logoUrl), name: domain, network: networks[0] }),
      h(
        "div",
        null,
        h("h1", null, domain),
        h(
          "p",
          { class: "where" },
          h("span", null, `${plural(total, "program", "programs")} on ${list(networks.map(network))}`),
          verticals.map((each) => h("a", { href: `${FIND}?vertical=${each}` }, vertical(each))),
        ),
      ),
      h("div", { class: "row links" }, linkOut(outward(`https://${domain}/`), "Merchant", { primary: true })),
    ),
    h(
      "dl",
      { class: "tiles" },
      tile("Offers", number(total)),
      tile("Highest commission", paid ? commission(paid) : null, of(paid)),
      tile("Highest EPC", earning ? epc(earning) : null, of(earning)),
      tile("Longest cookie", lasting ? cookie(lasting) : null, of(lasting)),
    ),
    h("section", null, h("h2", null, "All offers"), offersTable(programs)),
    total > programs.length &&
      h(
        "p",
        null,
        h("a", { href: `${FIND}?merchantDomain=${encodeURIComponent(domain)}` }, `All ${number(total)} in a list`),
      ),
    h(
      "section",
      null,
      h("h2", null, "In detail"),
      h(
        "div",
        { class: "cards pair" },
        programs.slice(0, 12).map((each) => card(each)),
      ),
    ),
  );
}

async function show() {
  title(domain);
  replace(body, skeleton(8));
  try {
    const [answer] = await Promise.all([offersOf(domain), loadFields()]);
    if (answer.programs.length) draw(answer.programs, answer.total);
    else
      replace(
        body,
        absent(
          "No program is of this merchant",
          h("p", null, `The catalogue has none whose merchant is ${domain}.`),
          h("p", null, h("a", { href: FIND, class: "button" }, icon("search"), "Find programs")),
        ),
      );
  } catch (problem) {
    replace(
      body,
      failed(problem, () => show()),
    );
  }
}

show();
