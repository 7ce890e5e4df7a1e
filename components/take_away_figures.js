// What there is to take away: the figures that can be seen on the page, from top to bottom.

const FIGURES = ".js-plotly-plot, .figure";
const NAMES = { attention: "Heads and lines", comparison: "Comparison", diagram: "Diagram",
  "token-chips": "Sentences and pieces", "tag-chips": "Tags", "word-pairs": "Words" };
const PAGES_OWN = ["attention", "comparison", "diagram"]; // files about them are called as the page

const LONGEST = 48; // letters of a figure's name in the name of a file

/** [{element, name, part}]: what each is called on screen, and within the name of a file. */
function figuresOf(main) {
  const found = [];
  look(main, found, { heading: "" });
  const counts = new Map();
  for (const one of found) {
    const nth = (counts.get(one.name) ?? 0) + 1;
    counts.set(one.name, nth);
    if (nth > 1) one.name += ` ${nth}`;
    one.part = PAGES_OWN.includes(one.kind) ? "" : one.kind ?? partOf(one.name);
  }
  return found;
}

function look(root, found, seen) {
  for (const child of root.children) {
    if (child.matches("h1, h2, h3, [data-stale=true]")) {
      if (child.dataset.stale === "true") continue;
      seen.heading = child.textContent;
    }
    if (child.matches(FIGURES)) {
      if (isSeen(child)) found.push({ element: child, ...namesOf(child, seen.heading) });
    } else {
      if (child.shadowRoot) look(child.shadowRoot, found, seen);
      look(child, found, seen);
    }
  }
}

function isSeen(figure) {
  const { width, height } = figure.getBoundingClientRect();
  return width > 40 && height > 20 && figure.checkVisibility({ visibilityProperty: true })
    && Boolean(figure.innerText?.trim() || figure.querySelector("svg *, canvas"));
}

/** What a figure says it is, or what stands above it. */
function namesOf(figure, heading) {
  const kind = Object.keys(NAMES).find((name) => figure.classList.contains(name));
  if (kind) return { kind, name: NAMES[kind] };
  const title = figure.closest("[role=figure]")?.getAttribute("aria-label")?.split(". ")[0];
  return { name: title || heading };
}

/** Small letters, digits and dashes: as many whole words as have room. */
function partOf(name) {
  const words = name.toLowerCase().normalize("NFKD").split(/[^a-z0-9]+/).filter(Boolean);
  const longer = (part, word) => [part, word].filter(Boolean).join("-");
  return words.reduce((part, word) => (longer(part, word).length > LONGEST ? part
    : longer(part, word)), "") || "figure";
}
