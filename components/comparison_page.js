function buildView(parent) {
  const view = { ...newView(), pointed: null, cell: null, listFocused: false };
  const page = {
    line: element("div", { className: "line", role: "listbox", "aria-label": "Query: the word that looks",
      "aria-orientation": "horizontal" }),
    selects: [0, 1].map((nth) => element("select", { "aria-label": `Key ${nth + 1}` })),
    list: element("div", { className: "heads", role: "listbox",
      "aria-label": "Heads, the one first that moves most" }),
    about: element("p", { className: "about" }),
    plot: drawn("svg", { class: "plot", role: "listbox", "aria-label": "Heads as arrows from A to B" }),
    said: element("p", { className: "readout said", role: "status", "aria-label": "The head in numbers" }),
    heading: element("h3", {}),
    pictures: element("div", { className: "pictures", tabIndex: 0, role: "group",
      "aria-label": "Pictures of the head. Arrow keys move from weight to weight, Enter makes the "
        + "row's word the query." }),
    canvas: element("canvas", { "aria-hidden": "true" }),
    weight: element("p", { className: "readout weight", role: "status",
      "aria-label": "The weight in numbers" }),
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
  return element("div", { className: "asked" },
    element("p", { className: "hint", textContent:
      "Who looks? Click a word, or press ← and →, to make it the query. The round 1 and 2 mark the "
      + "two keys, words it looks at; choose them under “Two keys against each other”. Where the "
      + "sentences differ, A's word stands above B's." }),
    page.line);
}

function listPane(page) {
  const names = ["layer · head", "change", "on", "A → B"];
  return element("div", { className: "pane" },
    element("h3", { textContent: "How far each head's weight moved" }), page.about,
    element("div", { className: "columns", "aria-hidden": "true" },
      ...names.map((name) => element("span", { textContent: name }))),
    page.list);
}

function plotPane(page) {
  const [first, second] = page.selects;
  return element("div", { className: "pane" },
    element("h3", { textContent: "Two keys against each other" }),
    element("div", { className: "keys" }, first, element("span", { textContent: "against" }), second),
    element("p", { className: "missing hint",
      textContent: "A and B do not have two words in common that could be set against each other." }),
    element("p", { className: "arrows hint", textContent:
      "Each arrow is a head. The chosen one, and up to three that move most on these keys, have their "
      + "names (layer · head); point at any other for its own." }),
    page.plot);
}

function legend(page) {
  const bar = (name, low, high, what) => element("span", { className: "scale" },
    element("span", { textContent: low }), element("i", { className: name }),
    element("span", { textContent: `${high} ${what}` }));
  return element("div", { className: "legend" }, bar("weights", "0", "1", "weight"),
    bar("changes", `−${STRONGEST}`, `+${STRONGEST}`, "and beyond: change from A to B"),
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
    const nth = state.keys.indexOf(place);
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
