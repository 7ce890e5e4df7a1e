// The presenter's keys, heard on the whole page, and the way out. Joined with elements.js.
//
// The server is sent how often each key was pressed since this script was loaded: it takes what it
// has not yet heard of, so no press is lost however fast they follow each other. The number of all
// presses tells two that cancel each other from none.

const STEPS = {
  PageDown: ["next", 1], PageUp: ["next", -1],
  l: ["layer", 1], L: ["layer", -1], h: ["head", 1], H: ["head", -1], p: ["end", 1],
};
const NAMES = { PageDown: "Page Down", PageUp: "Page Up", l: "L", L: "Shift + L", h: "H",
  H: "Shift + H" };
const PRESSES = { loaded: `${Date.now()}-${Math.random()}`, all: 0, next: 0,
  layer: 0, head: 0, end: 0 };
const TYPED = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, "
  + "[contenteditable=true], [role=combobox]";
const FIGURE = ".figure:not(.presenter)";
const ENDINGS = new WeakMap(); // by the element Streamlit gives: other data do not end what was there
const OWN = "[role=dialog], [role=menu], [role=listbox][data-testid], [data-testid=stDataFrame]";

export default function ({ data, parentElement, setStateValue }) {
  ENDINGS.get(parentElement)?.();
  const view = { ends: new AbortController(), limits: data.limits };
  view.tell = (kind, by) => {
    PRESSES.all += 1;
    PRESSES[kind] += by;
    setStateValue("presses", { ...PRESSES });
  };
  build(view, data.keys);
  parentElement.append(view.root);
  document.addEventListener("keydown", (event) => press(view, event), { signal: view.ends.signal });
  const end = () => {
    view.ends.abort();
    view.root.remove();
  };
  ENDINGS.set(parentElement, end);
  return end;
}

function build(view, keys) {
  view.help = element("dialog", { className: "help", "aria-label": "Keys" });
  const lines = [...Object.entries(keys).map(([key, what]) => [NAMES[key], what]),
    ["?", "these keys, and away with them"], ["P or Escape", "end presenting"]];
  view.help.append(element("dl", {}, ...lines.flatMap(([key, what]) => [
    element("dt", {}, element("kbd", { textContent: key })), element("dd", { textContent: what }),
  ])), button("Close", () => view.help.close()));
  view.help.addEventListener("click", (event) => isBeside(view.help, event) && view.help.close());
  view.note = element("span", { className: "note", role: "status" });
  view.root = element("div", { className: "figure presenter" }, view.note,
    button("Keys", () => view.help.showModal()), button("End", () => view.tell("end", 1)), view.help);
}

function button(name, act) {
  const title = { Keys: "Which keys choose what (?)", End: "End presenting (P or Escape)" }[name];
  const made = element("button", { type: "button", textContent: name, ...(title ? { title } : {}) });
  made.addEventListener("click", act);
  return made;
}

/** Whether a click was on what lies behind a dialog, which is part of it. */
function isBeside(dialog, { target, clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  const within = left <= clientX && clientX <= right && top <= clientY && clientY <= bottom;
  return target === dialog && !within;
}

/** What closes the keys does what it means too; but Escape, which then closes only them. */
function press(view, event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const path = event.composedPath().filter((one) => one instanceof Element);
  if (path.some((one) => one.matches(`${TYPED}, ${OWN}`))) return;
  const { open } = view.help;
  if (event.key === "Escape") {
    if (open || path.some((one) => one.matches(FIGURE))) return; // it may mean something there
    view.tell("end", 1);
  } else if (event.key === "?") {
    if (open) view.help.close();
    else view.help.showModal();
  } else if (STEPS[event.key]) {
    view.help.close();
    step(view, event.key);
  } else return;
  event.preventDefault();
}

/** Where there is no further one, the key seems to do nothing: that is said. */
function step(view, key) {
  view.note.textContent = view.limits[key] ?? "";
  view.tell(...STEPS[key]);
}
