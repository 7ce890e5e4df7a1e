// The presenter's keys, heard on the whole page, and the way out. Joined with elements.js.
//
// The server is sent how often each key was pressed since this script was loaded: it takes what it
// has not yet heard of, so no press is lost however fast they follow each other.

const STEPS = {
  PageDown: ["next", 1], PageUp: ["next", -1],
  l: ["layer", 1], L: ["layer", -1], h: ["head", 1], H: ["head", -1], p: ["end", 1],
};
const NAMES = { PageDown: "Page Down", PageUp: "Page Up", l: "L", L: "Shift + L", h: "H",
  H: "Shift + H" };
const PRESSES = { loaded: `${Date.now()}-${Math.random()}`, next: 0, layer: 0, head: 0, end: 0 };
const TYPED = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, "
  + "[contenteditable=true], [role=combobox]";
const FIGURE = ".figure:not(.presenter)";
const OWN = "[role=dialog], [role=menu], [role=listbox][data-testid], [data-testid=stDataFrame]";

export default function ({ data, parentElement, setStateValue }) {
  const view = { ends: new AbortController() };
  view.tell = (kind, by) => {
    PRESSES[kind] += by;
    setStateValue("presses", { ...PRESSES });
  };
  build(view, data.keys);
  parentElement.append(view.root);
  document.addEventListener("keydown", (event) => press(view, event), { signal: view.ends.signal });
  return () => {
    view.ends.abort();
    view.root.remove();
  };
}

function build(view, keys) {
  view.help = element("dialog", { className: "help", "aria-label": "Keys" });
  const lines = [...Object.entries(keys).map(([key, what]) => [NAMES[key], what]),
    ["?", "these keys"], ["P or Escape", "end presenting"]];
  view.help.append(element("dl", {}, ...lines.flatMap(([key, what]) => [
    element("dt", {}, element("kbd", { textContent: key })), element("dd", { textContent: what }),
  ])), button("Close", () => view.help.close()));
  view.root = element("div", { className: "figure presenter" },
    button("Keys", () => view.help.showModal()), button("End", () => view.tell("end", 1)), view.help);
}

function button(name, act) {
  const title = { Keys: "Which keys choose what (?)", End: "End presenting (P or Escape)" }[name];
  const made = element("button", { type: "button", textContent: name, ...(title ? { title } : {}) });
  made.addEventListener("click", act);
  return made;
}

function press(view, event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const path = event.composedPath().filter((one) => one instanceof Element);
  if (path.includes(view.help) || path.some((one) => one.matches(`${TYPED}, ${OWN}`))) return;
  if (event.key === "?") view.help.showModal();
  else if (event.key === "Escape") {
    if (path.some((one) => one.matches(FIGURE))) return; // it may mean something there
    view.tell("end", 1);
  } else if (STEPS[event.key]) view.tell(...STEPS[event.key]);
  else return;
  event.preventDefault();
}
