function buildView(parent) {
  const view = { ...newView(), pointed: null, cell: null, listFocused: false };
  const page = {
    line: element("div", { className: "line", role: "listbox", "aria-orientation": "horizontal" }),
    asking: element("p", { className: "hint", ...UNPICTURED }),
    moved: element("h2", {}),
    columns: element("div", { className: "columns", "aria-hidden": "true" },
      ...["", "change", "on", "A → B"].map((name) => element("span", { textContent: name }))),
    naming: element("p", { className: "arrows hint" }),
    scale: element("span", {}),
    fall: element("span", {}),
    rise: element("span", {}),
    selects: [0, 1].map((nth) => element("select", { "aria-label": `Key ${nth + 1}` })),
    list: element("div", { className: "heads", role: "listbox" }),
    about: element("p", { className: "about" }),
    plot: drawn("svg", { class: "plot", role: "listbox" }),
    said: element("p", { className: "readout said", role: "status" }),
    heading: element("h2", {}),
    pictures: element("div", { className: "pictures", tabIndex: 0, role: "group" }),
    canvas: element("canvas", { "aria-hidden": "true" }),
    weight: element("p", { className: "readout weight", role: "status" }),
    hatched: element("span", { className: "hatch" }),
    loading: element("p", { className: "loading", role: "status", hidden: true }),
  };
  page.pictures.append(page.canvas);
  page.root = element("div", { className: "figure comparison" }, lineSection(page),
    element("div", { className: "panes" }, listPane(page), plotPane(page)), page.said,
    page.heading, page.loading, page.weight, page.pictures, legend(page));
  view.page = page;
  parent.append(page.root);
  listen(view);
  return view;
}

/** An element of a drawing. */
function drawn(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function lineSection(page) {
  return element("div", { className: "asked" }, page.asking, page.line);
}

function listPane(page) {
  return element("div", { className: "pane" }, page.moved, page.about, page.columns, page.list);
}

/** What is said of the kind of weights wherever it stands still. */
function writeWords({ page, data: { words } }) {
  const unit = words.layered ? "layer" : "head";
  const named = words.layered ? "layer" : "layer · head";
  const label = (part, text) => part.setAttribute("aria-label", text);
  label(page.line, `Query: the word that ${words.asks}`);
  label(page.list, `${capital(unit)}s, the one first that moves most`);
  label(page.said, `The ${unit} in numbers`);
  label(page.pictures, `Pictures of the ${unit}. Arrow keys move from ${words.noun} to ${words.noun}, `
    + "Enter makes the row's word the query.");
  label(page.weight, `The ${words.noun} in numbers`);
  write(page.asking, `Who ${words.asks}? Click a word, or press ← and →, to make it the query. The round `
    + `1 and 2 mark the two keys, words it ${words.reach}; choose them under “Two keys against each `
    + "other”. Where the sentences differ, A's word stands above B's.");
  write(page.moved, `How far each ${unit}'s ${words.noun} moved`);
  write(page.columns.firstChild, named);
  write(page.naming, `Each arrow is a ${unit}. The chosen one, and up to three that move most on these `
    + `keys, have their names (${named}); point at any other for its own.`);
}

/** Where the colours end. */
function writeScale({ page, largest, data: { words } }) {
  const short = (value) => String(Number(value.toPrecision(2)));
  write(page.scale, `${short(largest)} ${words.noun}`);
  write(page.fall, `−${short(STRONGEST * largest)}`);
  write(page.rise, `+${short(STRONGEST * largest)} and beyond: change from A to B`);
}

function plotPane(page) {
  const [first, second] = page.selects;
  return element("div", { className: "pane" },
    element("h2", { textContent: "Two keys against each other" }),
    element("div", { className: "keys" }, first, element("span", { textContent: "against" }), second),
    element("p", { className: "missing hint",
      textContent: "Besides the query, A and B have no two words in common to set against each other." }),
    page.naming, page.plot);
}

function legend(page) {
  const bar = (name, low, high) =>
    element("span", { className: "scale" }, low, element("i", { className: name }), high);
  return element("div", { className: "legend" }, bar("weights", "0", page.scale),
    bar("changes", page.fall, page.rise),
    element("span", { className: "scale" }, page.hatched, "only one of the sentences has this word"));
}

/** The words of both sentences as one line. Only words that both have can be the query. */
function buildLine(view) {
  const { written, names, places, same, special } = view.data;
  view.page.line.replaceChildren(...written.map((pair, place) => {
    const shared = isShared(view.data, place);
    const texts = same[place] ? [pair[0]] : pair.map((text) => text || "–");
    const made = element("div", { role: "option", tabIndex: -1, "aria-label": shared ? names[place]
      : `${names[place]}, in ${places[place][0] < 0 ? "B" : "A"} only`, "aria-disabled": `${!shared}`,
      className: ["word", same[place] ? "" : "changed", special[place] ? "special" : ""].join(" ") },
    ...texts.map((text) => element("bdi", { textContent: text })));
    made.dataset.place = place;
    return made;
  }));
}

function buildOptions(view) {
  const { names, places } = view.data;
  for (const select of view.page.selects) {
    select.replaceChildren(...places.flatMap((_, place) => (isShared(view.data, place)
      ? [element("option", { value: place, textContent: names[place] })] : [])));
  }
}

/** What is chosen and what is pointed at, wherever it stands. */
function showMarks(view) {
  const { page, state } = view;
  markWords(view);
  page.selects.forEach((select, nth) => { select.value = state.keys[nth] ?? ""; });
  markHeads(view);
  markArrows(view);
}

function markWords(view) {
  const { page, state } = view;
  setTimeout(scrollTo, 0, page.line, page.line.childNodes[state.query]);
  page.line.childNodes.forEach((word, place) => {
    const chosen = place === state.query;
    word.setAttribute("aria-selected", `${chosen}`);
    word.tabIndex = chosen ? 0 : -1;
    const nth = state.keys.length < 2 ? -1 : state.keys.indexOf(place); // one alone has no other
    if (nth < 0) delete word.dataset.key;
    else word.dataset.key = nth + 1;
  });
}

/**
 * Scroll a positioned box, and nothing around it, so that this part of it can be seen. It makes the
 * browser lay the page out at once: after the frame that is done anyway.
 */
function scrollTo(box, part) {
  const [top, bottom] = [part.offsetTop, part.offsetTop + part.offsetHeight];
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
}
