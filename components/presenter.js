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
const TURNED = ["PageDown", "PageUp"]; // what a clicker sends, and a line of text has no use for
const LINE = "input:is([type=text], [type=number]):not([role=combobox])";
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
  const { signal } = view.ends;
  document.addEventListener("keydown", (event) => press(view, event), { signal });
  addEventListener("message", (event) => pressInFrame(view, event), { signal });
  showScrolled(view.root, signal);
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
  view.root = element("div", { className: "figure presenter" }, element("div", { className: "strip" }),
    element("div", { className: "bar" }, view.note, button("Keys", () => view.help.showModal()),
      button("End", () => view.tell("end", 1)), view.help));
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
  const turned = TURNED.includes(event.key) && path[0]?.matches(LINE);
  if (!turned && path.some((one) => one.matches(`${TYPED}, ${OWN}`))) return;
  // Escape may mean something in a figure.
  if (event.key === "Escape" && (view.help.open || path.some((one) => one.matches(FIGURE)))) return;
  if (turned) path[0].blur(); // what was typed and not sent goes first, else it would come after
  if (act(view, event.key)) event.preventDefault();
}

/** In a frame without an origin, as BertViz has one, keys are heard there and told from there. */
function pressInFrame(view, { source, data }) {
  if (source !== window && source?.top === window) act(view, data?.pressed);
}

/** Whether the key means anything here. */
function act(view, key) {
  if (key === "Escape") view.tell("end", 1);
  else if (key === "?") {
    if (view.help.open) view.help.close();
    else view.help.showModal();
  } else if (Object.hasOwn(STEPS, key)) {
    view.help.close();
    step(view, key);
  } else return false;
  return true;
}

/** While the page stands further down, nothing of it shows between the ways out. */
function showScrolled(root, signal) {
  const main = document.querySelector("[data-testid=stMain]");
  const show = () => root.classList.toggle("scrolled", main.scrollTop > 4);
  main.addEventListener("scroll", show, { passive: true, signal });
  show();
}

/** Where there is no further one, the key seems to do nothing: that is said. */
function step(view, key) {
  view.note.textContent = view.limits[key] ?? "";
  view.tell(...STEPS[key]);
}
