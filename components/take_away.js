// The foot of every page: its link to copy, its figures as files, how to cite it. Everything is done
// in the browser when it is asked for; the server is asked for nothing. What the scripts before this
// one do is told in picture.js.

const REST = 300; // ms in which a choice in a figure is told to the server
const PATIENCE = 4000; // ms; a browser lets a page copy for some seconds after a click
const STAYS = 8000; // ms; how long it is told what was done
const AGAIN = 700; // ms between two looks at what figures there are, while their list is open
const FEET = new WeakMap(); // by the element Streamlit gives

export default function show({ data, parentElement }) {
  if (!FEET.get(parentElement)?.root.isConnected) FEET.set(parentElement, buildFoot(parentElement));
  const foot = FEET.get(parentElement);
  foot.data = data;
  foot.why.textContent = data.whyNot;
  foot.why.hidden = !data.whyNot;
}

function buildFoot(parent) {
  const foot = {
    data: null, names: "", gone: null,
    said: element("p", { className: "told", role: "status" }),
    link: element("input", { className: "link", readOnly: true, hidden: true,
      "aria-label": "The link to this view" }),
    list: element("ul", { className: "figures" }),
    why: element("p", { className: "why", hidden: true }),
    cited: element("div", { className: "cited" }),
  };
  foot.figures = fold("Pictures", element("p", { textContent: "Each figure as it is now. SVG can be "
    + "enlarged and edited, PNG fits anywhere." }), foot.list, foot.why);
  foot.cite = fold("Cite", foot.cited);
  foot.root = element("section", { className: "take-away", "aria-label": "Take away" },
    element("div", { className: "ways" }, button("Copy link", () => copyLink(foot)), foot.figures,
      foot.cite, foot.said, foot.link));
  foot.figures.addEventListener("toggle", () => watch(foot));
  foot.cite.addEventListener("toggle", () => foot.cite.open && showCited(foot));
  parent.append(foot.root);
  return foot;
}

function fold(title, ...within) {
  return element("details", {}, element("summary", { textContent: title }),
    element("div", { className: "within" }, ...within));
}

function button(text, act, more = {}) {
  const made = element("button", { type: "button", textContent: text, ...more });
  made.addEventListener("click", act);
  return made;
}

/** The list follows the page for as long as it is open. */
function watch(foot) {
  if (!foot.figures.open || !foot.root.isConnected) return;
  showFigures(foot);
  setTimeout(watch, AGAIN, foot);
}

function showFigures(foot) {
  const found = figuresOf(document.querySelector("[data-testid=stMain]"));
  const names = JSON.stringify(found.map(({ name }) => name));
  if (names === foot.names) return;
  foot.names = names;
  foot.list.replaceChildren(...(found.length ? found.map(({ name }, nth) => line(foot, name, nth))
    : [element("li", { textContent: "There is no figure on this page now." })]));
}

function line(foot, name, nth) {
  const files = { SVG: svgOf, PNG: pngFile };
  return element("li", {}, element("span", { textContent: name }), ...Object.keys(files).map((kind) =>
    button(kind, () => take(foot, nth, kind, files[kind]), { "aria-label": `${name} as ${kind}` })));
}

const svgOf = (figure) => svgFile(figure).blob;

/** What went wrong stays to be read; what was done goes. */
function tell(foot, text, { goes = false } = {}) {
  clearTimeout(foot.gone);
  write(foot.said, text);
  if (goes) foot.gone = setTimeout(write, STAYS, foot.said, "");
}

/** Saves a figure as it is once the page has come to rest. */
async function take(foot, nth, kind, make) {
  tell(foot, "One moment …");
  await settled();
  const one = figuresOf(document.querySelector("[data-testid=stMain]"))[nth];
  if (!one) return tell(foot, "This figure is not on the page any more.");
  const name = `${[foot.data.file, one.part].filter(Boolean).join("-")}.${kind.toLowerCase()}`;
  try {
    save(await make(one.element), name);
  } catch (error) {
    console.warn(error);
    return tell(foot, `Your browser cannot make a ${kind} of this figure. Take the other kind.`);
  }
  return tell(foot, `Saved as ${name}`, { goes: true });
}

async function copyLink(foot) {
  tell(foot, "One moment …");
  await settled();
  const without = foot.data.tooLong
    ? " It is without the sentences: they are too long for a link." : "";
  await copy(foot, window.location.href, "Copied: the link to this view.", without);
}

/** Where the browser does not let a page copy, what is to be copied can be taken by hand. */
async function copy(foot, text, said, more = "") {
  foot.link.hidden = true;
  if (await isCopied(text)) return tell(foot, said + more, { goes: true });
  foot.link.value = text;
  foot.link.hidden = false;
  foot.link.focus();
  foot.link.select();
  return tell(foot,
    `Your browser does not let this page copy. Below it can be copied by hand.${more}`);
}

async function isCopied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return isCopiedByCommand(text); // pages that came without https have no clipboard
  }
}

function isCopiedByCommand(text) {
  const box = element("textarea", { value: text, readOnly: true, className: "unseen" });
  const before = document.activeElement;
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  before?.focus({ preventScroll: true });
  return done;
}

function showCited(foot) {
  const now = new Date();
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, "0")).join("-");
  const filled = (text) => text.replaceAll("{link}", () => citable(window.location.href))
    .replaceAll("{date}", date);
  const { citation, bibtex } = foot.data;
  foot.cited.replaceChildren(...[["Citation", citation], ["BibTeX", bibtex]].flatMap(([title, text]) => {
    const words = element("pre", { textContent: filled(text), tabIndex: 0, "aria-label": title });
    return [words, button(`Copy ${title}`, () => copy(foot, words.textContent, `Copied: ${title}.`))];
  }));
}

/** The same link without what TeX reads as commands: browsers leave it in queries as it came. */
function citable(link) {
  return link.replace(/[\\{}^~|`"<>]|%(?![0-9a-f]{2})/gi, (sign) =>
    `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Until the app has answered what was chosen last, and the address says it. */
async function settled() {
  const end = performance.now() + PATIENCE;
  const app = document.querySelector("[data-testid=stApp]");
  let still = 0;
  await rest(REST);
  while (still < 3 && performance.now() < end) {
    still = app.dataset.testScriptState === "notRunning" ? still + 1 : 0;
    await rest(50);
  }
}

const rest = (time) => new Promise((done) => { setTimeout(done, time); });
