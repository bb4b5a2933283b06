// The best paid programs for some words: `npm start -- yoga mats`. Every name and type is that of the OpenAPI document.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.d.ts";

type Problem = components["responses"]["Problem"]["content"]["application/problem+json"];

const client = createClient<paths>({ baseUrl: process.env["AFFINDEX_ADDRESS"] ?? "http://localhost:8000" });
const words = process.argv.slice(2).join(" ");

const { data, error } = await client.GET("/api/programs", {
  params: { query: { q: words, sort: "-epc", facets: "network", perPage: 10 } },
});
if (error !== undefined) {
  const problem: Problem = error;
  throw new Error(problem.detail);
}
if (typeof data === "string") throw new Error("Atom was not asked for");

console.log(`${data.total} programs`);
for (const program of data.programs) {
  // unknown is null, never zero
  const epc = program.epc == null ? "unknown" : `${program.epc.toFixed(2)} USD`;
  console.log(`${program.name} (${program.network}): a click ${epc}, up to ${program.commissionMax ?? "?"} %`);
}
const networks = data.facets["network"];
if (networks !== undefined && "values" in networks) {
  for (const { value, count } of networks.values) console.log(`${String(value)}: ${count}`);
}
