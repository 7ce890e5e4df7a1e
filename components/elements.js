// Elements of a figure: made, written to, and done again only when something has changed.

/** A new element; `fields` are properties, or attributes where the name has a dash or is `role`. */
function element(tag, fields = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(fields)) {
    if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

/** What a picture of the figure leaves out: it is there to be worked with, not to be read. */
const UNPICTURED = { "data-picture": "none" };

/** Only a change is written: a screen reader speaks at every write. */
function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** Do `work` if `key` is not what it was last time. */
function unless(view, part, key, work) {
  if (view.done[part] === key) return;
  view.done[part] = key;
  work(view);
}

/** Px that the window has below a page's title while its reader presents, else null. */
function presentedRoom(root) {
  const style = getComputedStyle(root);
  if (style.getPropertyValue("--presenting").trim() !== "1") return null;
  return innerHeight - 2.6 * parseFloat(getComputedStyle(document.documentElement).fontSize);
}

const range = (count) => Array.from({ length: count }, (_, i) => i);
