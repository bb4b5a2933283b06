// What is doubtful in the values of a feed's or a network's records.

import { h } from "./dom.js";
import { label } from "./fields.js";
import { number, plural } from "./format.js";

/** Warnings field by field, each with the first record that it is true of; false for none. */
export function doubtful(warnings) {
  return (
    warnings.length > 0 &&
    h(
      "ul",
      { class: "note doubtful" },
      warnings.map((each) =>
        h(
          "li",
          null,
          `${label(each.field)}: ${each.warning}, in ${plural(each.records, "record", "records")}; “${each.value}” in ${each.line ? `line ${number(each.line)}` : `record ${number(each.record)}`}`,
        ),
      ),
    )
  );
}
