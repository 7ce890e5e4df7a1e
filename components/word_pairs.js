// Sentences as words to be clicked two by two: the word that looks, then the word it looks at. What
// visitors typed is set as textContent only. Joined to one script with elements.js.
//
// `.word-pairs` has dataset.drawn, the name of what is drawn, once its words are there.

const MANY = 120; // words from which on they scroll in a box of their own
const VIEWS = new WeakMap(); // by the element Streamlit gives

export default function ({ data, parentElement, setTriggerValue }) {
  let view = VIEWS.get(parentElement);
  if (!view?.root.isConnected) {
    view = build(parentElement);
    VIEWS.set(parentElement, view);
  }
  view.tell = setTriggerValue;
  view.data = data;
  unless(view, "words", JSON.stringify([data.name, data.groups]), fill);
  mark(view);
}

function build(parent) {
  const view = { done: {}, at: 0, query: null };
  view.readout = element("p", { className: "readout", role: "status", "aria-live": "polite" });
  view.list = element("div", { className: "list", role: "listbox",
    "aria-label": "Words to choose a pair of: first the one that looks, then the one it looks at" });
  view.root = element("div", { className: "figure word-pairs" }, view.readout, view.list);
  parent.append(view.root);
  view.list.addEventListener("click", (event) => {
    const word = event.target.closest("[data-at]");
    if (word) choose(view, Number(word.dataset.at));
  });
  view.list.addEventListener("keydown", (event) => press(view, event));
  return view;
}

function fill(view) {
  const { data } = view;
  let at = 0;
  view.query = null;
  view.words = [];
  view.places = data.groups.flatMap(({ words }) => words);
  view.list.replaceChildren(...data.groups.map(({ title, words }, group) => {
    const own = words.map((word) => {
      const made = element("div", { className: "word", role: "option", tabIndex: -1 },
        element("bdi", { textContent: word.text }), element("span", { className: "mark" }));
      made.dataset.at = at++;
      made.classList.toggle("special", word.special);
      view.words.push(made);
      return made;
    });
    return element("div", { className: `group group-${group}`, role: "group", "aria-label": `Words of ${title}` },
      element("p", { className: "group-title",
        "aria-hidden": "true", textContent: title }), element("div", { className: "words" }, ...own));
  }));
  view.list.classList.toggle("many", view.words.length > MANY);
  view.at = 0;
  if (view.words.length) view.words[0].tabIndex = 0;
  view.root.dataset.drawn = data.name;
}

function press(view, event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const last = view.words.length - 1;
  const next = { ArrowRight: Math.min(last, view.at + 1), ArrowLeft: Math.max(0, view.at - 1),
    Home: 0, End: last }[event.key];
  if (event.key === "Enter" || event.key === " ") choose(view, view.at);
  else if (event.key === "Escape") { view.query = null; mark(view); }
  else if (next === undefined) return;
  else { stand(view, next); view.words[next].focus(); }
  event.preventDefault();
}

function stand(view, at) {
  view.words[view.at].tabIndex = -1;
  view.at = at;
  view.words[at].tabIndex = 0;
}

/** The first click says who looks, the second at whom. */
function choose(view, at) {
  stand(view, at);
  if (view.query === null) view.query = at;
  else {
    const pair = [view.query, at].map((each) => view.places[each].place);
    view.query = null;
    view.tell("pair", { pair, trace: view.data.name });
  }
  mark(view);
}

function mark(view) {
  const queries = new Set(view.data.pairs.map(([query]) => query));
  const keys = new Set(view.data.pairs.map(([, key]) => key));
  view.words.forEach((word, at) => {
    const { place } = view.places[at];
    const [query, key, looks] = [queries.has(place), keys.has(place), at === view.query];
    word.classList.toggle("query", query);
    word.classList.toggle("key", key);
    word.classList.toggle("looks", looks);
    word.setAttribute("aria-selected", String(looks || query || key));
    write(word.lastChild, looks ? "looks at …" : [query ? "→" : "", key ? "←" : ""].join(""));
    word.setAttribute("aria-label", spoken(view, at, { looks, query, key }));
  });
  write(view.readout, view.query === null
    ? "Click the word that looks, then the word it should look at. With keys: arrows and Enter."
    : `“${view.places[view.query].text}” looks at … Now click the word it should look at; Escape takes it back.`);
}

function spoken(view, at, { looks, query, key }) {
  const parts = [looks && "looks", query && "looks in a pair", key && "is looked at in a pair"];
  return [view.places[at].text, ...parts.filter(Boolean)].join(", ");
}
