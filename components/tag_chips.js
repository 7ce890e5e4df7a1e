// Answers of a classification layer as chips: above each token its likeliest label, below it bars
// for the next. Everything a visitor typed, and every label, is set as textContent. Joined to one
// script with elements.js.
//
// `.tag-chips` has dataset.drawn, the name of what is drawn, once its elements are there.

const MANY = 120; // chips from which on they scroll in a box of their own
const VIEWS = new WeakMap(); // by the element Streamlit gives

export default function ({ data, parentElement, setStateValue }) {
  let view = VIEWS.get(parentElement);
  if (!view?.root.isConnected) {
    view = build(parentElement);
    VIEWS.set(parentElement, view);
  }
  view.tell = setStateValue;
  view.data = data;
  const { choice, ...shown } = data;
  unless(view, "shown", JSON.stringify(shown), fill);
  takeChoice(view);
}

function build(parent) {
  const view = { done: {}, at: 0, serial: 0, confirmed: true };
  view.words = element("p", { className: "readout", role: "status", "aria-live": "polite", dir: "auto" });
  view.list = element("div", { className: "list", role: "listbox", "aria-label": "Answers in reading order" });
  view.legend = element("ul", { className: "legend" });
  view.root = element("div", { className: "figure tag-chips" }, view.words, view.list, view.legend);
  parent.append(view.root);
  view.list.addEventListener("pointerover", (event) => withChip(event, (at) => say(view, at)));
  view.list.addEventListener("pointerleave", () => say(view, null));
  view.list.addEventListener("focusin", (event) => withChip(event, (at) => { stand(view, at); say(view, at); }));
  view.list.addEventListener("focusout", () => say(view, null));
  view.list.addEventListener("click", (event) => withChip(event, (at) => choose(view, at)));
  view.list.addEventListener("keydown", (event) => press(view, event));
  new ResizeObserver(() => reserve(view)).observe(view.root);
  return view;
}

function withChip(event, act) {
  const chip = event.target.closest("[data-chip]");
  if (chip) act(Number(chip.dataset.chip));
}

function fill(view) {
  const { data } = view;
  view.chosen = null;
  view.at = 0;
  view.chips = data.chips.map(makeChip);
  view.list.replaceChildren(...data.groups.map((title, group) => {
    const own = view.chips.filter((_, at) => data.chips[at].group === group);
    return element("div", { className: `group group-${group % 2}${data.choice ? "" : " whole"}`,
      role: "group", "aria-label": `Answers for ${title}` }, element("p", { className: "group-title",
        "aria-hidden": "true", textContent: title }),
    element("div", { className: "chips" }, ...own));
  }));
  view.words.hidden = !data.choice; // whole sentences say everything themselves
  view.list.classList.toggle("many", view.chips.length > MANY);
  view.list.scrollTop = 0;
  if (view.chips.length) view.chips[0].tabIndex = 0;
  fillLegend(view);
  say(view, null);
  delete view.root.dataset.width;
  reserve(view);
  view.root.dataset.drawn = data.name;
}

function makeChip(chip, at) {
  const [first] = chip.answers;
  const made = element("div", { className: "chip", role: "option", tabIndex: -1,
    "aria-selected": "false", "aria-label": spoken(chip) },
  element("span", { className: first ? "answer" : "answer none", textContent: first?.[0] ?? "no answer" }),
  element("bdi", { className: "piece", textContent: chip.text }));
  made.dataset.chip = at;
  made.classList.toggle("special", chip.special);
  if (chip.continues) made.append(element("span", { className: "note", textContent: "word piece" }));
  const bars = chip.answers.map(([label, share, written]) => {
    const bar = element("span", { className: "bar" });
    bar.style.setProperty("--share", share);
    return element("span", { className: "row" },
      element("span", { className: "label", textContent: label }), bar,
      element("span", { className: "share", textContent: written }));
  });
  if (bars.length) made.append(element("span", { className: "rows", "aria-hidden": "true" }, ...bars));
  return made;
}

const spoken = (chip) => (chip.answers.length
  ? `${chip.text}: ${chip.answers.map(([label, , written]) => `${label} ${written}`).join(", ")}`
  : `${chip.text}: special tokens have no answer`);

/** Everything about a chip as one sentence, with the labels in plain English. */
function told(view, at) {
  const chip = view.data.chips[at];
  if (!chip.answers.length) return spoken(chip);
  const parts = chip.answers.map(([label, , written]) => {
    const name = view.data.names[label];
    return `${name ? `${name} (${label})` : label} ${written}`;
  });
  return `${chip.text}: ${parts.join("; ")}`;
}

/** What the labels mean that stand above tokens, and what else needs saying. */
function fillLegend(view) {
  const { chips, names } = view.data;
  const best = new Set(chips.flatMap(({ answers }) => answers.slice(0, 1).map(([label]) => label)));
  const lines = [...best].filter((label) => names[label]).map((label) => element("li", {},
    element("b", { textContent: label }), ` ${names[label]}`));
  if (chips.some(({ continues }) => continues)) {
    lines.push(element("li", { className: "long" }, element("b", { textContent: "word piece" }),
      " carries on the word before it. In labelled sentences it inherits its word's label; here "
      + "the layer answers for every piece by itself."));
  }
  view.legend.replaceChildren(...lines);
}

function say(view, at) {
  const pointed = at ?? view.chosen;
  const text = pointed === null || pointed === undefined
    ? "Point at a token, or walk through them with the arrow keys." : told(view, pointed);
  write(view.words, text);
}

function stand(view, at) {
  view.chips[view.at].tabIndex = -1;
  view.at = at;
  view.chips[at].tabIndex = 0;
}

function press(view, event) {
  const last = view.chips.length - 1;
  const next = { ArrowRight: Math.min(last, view.at + 1), ArrowLeft: Math.max(0, view.at - 1),
    Home: 0, End: last }[event.key];
  if (event.key === "Enter" || event.key === " ") choose(view, view.at);
  else if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  else view.chips[next].focus();
  event.preventDefault();
}

/** The reader chose: marked at once, then the server is told. */
function choose(view, at) {
  stand(view, at);
  if (!view.data.choice || at === view.chosen) return;
  view.serial += 1;
  view.confirmed = false;
  mark(view, at);
  view.tell("choice", { query: at, trace: view.data.name, serial: view.serial });
}

/** An answer to an older choice must not undo a newer one. */
function takeChoice(view) {
  const { choice } = view.data;
  if (!choice || (choice.serial < view.serial && !view.confirmed)) return;
  Object.assign(view, { serial: choice.serial, confirmed: true });
  mark(view, choice.query);
}

function mark(view, at) {
  view.chips.forEach((chip, place) => {
    chip.classList.toggle("chosen", place === at);
    chip.setAttribute("aria-selected", String(place === at));
  });
  view.chosen = at;
  say(view, null);
}

/** Room for the longest text at once: the chips must not slip away under the pointer. */
function reserve(view) {
  const { width } = view.root.getBoundingClientRect();
  if (!width || !view.chips?.length || view.root.dataset.width === String(width)) return;
  view.root.dataset.width = width;
  const longest = view.chips.map((_, at) => told(view, at)).reduce((a, b) => (b.length > a.length ? b : a));
  const before = view.words.textContent;
  view.words.style.minHeight = "";
  view.words.textContent = longest;
  view.words.style.minHeight = `${view.words.getBoundingClientRect().height}px`;
  view.words.textContent = before;
}
