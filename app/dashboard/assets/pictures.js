// A picture for each vertical, drawn like the other signs.

import { s } from "./dom.js";

const PICTURES = {
  fashion: "M8 3 3 6l2 4 2-1v12h10V9l2 1 2-4-5-3a4 4 0 0 1-8 0Z",
  beauty: "M9 12h6v9H9zM10 12V7l4-4v9",
  health: "M12 20S3 14.5 3 8.5a4.5 4.5 0 0 1 9-1 4.5 4.5 0 0 1 9 1C21 14.5 12 20 12 20ZM7 11h3l1.5-2.5 2 5 1-2.5h2.5",
  fitness: "M3 9v6M6 6.5v11M18 6.5v11M21 9v6M6 12h12",
  home: "M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-6h4v6",
  food: "M7 3v18M4 3v5a3 3 0 0 0 6 0V3M17 21V3c-2 0-3 2-3 5s1 5 3 5",
  travel: "M3 12.5 21 5l-5 14-4-5.5ZM12 13.5 21 5",
  finance:
    "M12 4c4 0 7 1.3 7 3s-3 3-7 3-7-1.3-7-3 3-3 7-3ZM5 7v5c0 1.7 3 3 7 3s7-1.3 7-3V7M5 12v5c0 1.7 3 3 7 3s7-1.3 7-3v-5",
  insurance: "M12 3 4.5 6v6c0 4.5 3.2 7.5 7.5 9 4.3-1.5 7.5-4.5 7.5-9V6ZM8.5 12l2.5 2.5 4.5-5",
  electronics: "M3 5h18v11H3zM9 20h6M12 16v4",
  software: "M3 5h18v14H3zM3 9h18M9 12l-2 2 2 2M15 12l2 2-2 2",
  web: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3Z",
  telecom: "M8 3h8v18H8zM11 18h2",
  business: "M3 8h18v11H3zM9 8V5h6v3M3 13h18",
  education: "M2 9l10-5 10 5-10 5ZM6 11.5V16c2 2.5 10 2.5 12 0v-4.5M22 9v6",
  family:
    "M8 4a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM17 9a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM3.5 20v-4a4.5 4.5 0 0 1 9 0v4M14 20v-1.5a3 3 0 0 1 6 0V20",
  pets: "M12 12c-2.5 0-5 3-5 5.5 0 1.5 1.2 2.5 2.5 2.5 1 0 1.5-.5 2.5-.5s1.5.5 2.5.5c1.3 0 2.5-1 2.5-2.5 0-2.5-2.5-5.5-5-5.5ZM5 9v2M9 4.5v3M15 4.5v3M19 9v2",
  gifts: "M4 9h16v4H4zM6 13v8h12v-8M12 9v12M12 9c-4 0-5-5-2.5-5S12 9 12 9Zm0 0c4 0 5-5 2.5-5S12 9 12 9Z",
  media: "M4 5h13v14H6a2 2 0 0 1-2-2ZM17 9h3v8a2 2 0 0 1-2 2M7 9h7M7 12.5h7M7 16h4",
  games: "M7 8h10a5 5 0 0 1 0 10c-2 0-2.5-2-5-2s-3 2-5 2A5 5 0 0 1 7 8ZM8 11v3M6.5 12.5h3M15 12h2M17 14h1",
  entertainment: "M4 6h16v4a2 2 0 0 0 0 4v4H4v-4a2 2 0 0 0 0-4ZM14 6v12",
  automotive: "M4 16v-3l2-6h12l2 6v3ZM4 13h16M6 16v3M18 16v3",
  green: "M5 19C4 9 10 4 20 4c0 10-5 15-12 14M5 20c1-5 4-8 8-10",
  dating: "M12 20S4 14.5 4 8.5A4 4 0 0 1 12 7a4 4 0 0 1 8 1.5C20 14.5 12 20 12 20Z",
  gambling: "M4 4h16v16H4zM8 8h1M15 8h1M12 12h.5M8 16h1M15 16h1",
  spirituality: "M12 4c3 4 3 10 0 14-3-4-3-10 0-14ZM12 18c-5 1-8-2-9-7 4-.5 7 2 9 7Zm0 0c5 1 8-2 9-7-4-.5-7 2-9 7Z",
  shopping: "M5 8h14l1 13H4ZM9 8V6a3 3 0 0 1 6 0v2",
  services: "M14.5 4a5 5 0 0 0-4 7L4 17.5 6.5 20l6.5-6.5a5 5 0 0 0 7-4l-3 1.5-3-3Z",
  adult: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM8 9v6M12 9h4v6h-4zM12 12h4",
  other: "M5 12h1M12 12h1M19 12h1",
};

/** The picture of a vertical; beside its name, so it says nothing by itself. */
export const picture = (vertical) =>
  s(
    "svg",
    { class: "picture", viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("path", { d: PICTURES[vertical] ?? PICTURES.other }),
  );
