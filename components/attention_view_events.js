function listen(view) {
  const { page } = view;
  listenToTools(view);
  page.grid.addEventListener("click", (event) => withCell(event, (cell) => {
    choose(view, cell);
    event.target.focus({ preventScroll: true });
  }));
  page.grid.addEventListener("pointermove", (event) => hover(view, pixelOf(view, event)));
  page.grid.addEventListener("pointerleave", () => hover(view, null));
  page.grid.addEventListener("keydown", (event) => moveInGrid(view, event));
  page.grid.addEventListener("focusin", () => { view.gridFocused = true; });
  page.grid.addEventListener("focusout", () => { view.gridFocused = false; });
  page.stage.addEventListener("pointermove", (event) => pointAt(view, event));
  page.stage.addEventListener("pointerdown", (event) => pointAt(view, event));
  page.stage.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") point(view, null); // a finger's last word stays
  });
  page.stage.addEventListener("click", (event) => pin(view, event.target.closest(".token")));
  page.stage.addEventListener("keydown", (event) => moveInList(view, event));
  page.stage.addEventListener("focusin", (event) => focusToken(view, event.target));
  page.stage.addEventListener("focusout", () => point(view, null));
  page.scroller.addEventListener("scroll", () => redraw(view), { passive: true });
  page.root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    point(view, null);
    choose(view, { query: null });
  });
  watchSize(view, page.root, page.scroller);
}

function listenToTools(view) {
  const { page } = view;
  const change = (fields) => { Object.assign(view.state, fields); redraw(view); };
  const all = () => new Set(range(view.data.heads));
  page.shows.addEventListener("change", (event) => choose(view, { show: event.target.value }));
  page.hide.addEventListener("change", () => change({ hideSpecial: page.hide.checked }));
  page.threshold.addEventListener("input", () => change({ threshold: Number(page.threshold.value) }));
  page.only.addEventListener("click", () => change({ on: new Set([view.state.head]) }));
  page.every.addEventListener("click", () => change({ on: all() }));
  page.chips.addEventListener("click", (event) => withHead(event, (head) => {
    const on = new Set(view.state.on);
    if (!on.delete(head)) on.add(head);
    change({ on });
  }));
  page.chips.addEventListener("dblclick", (event) => withHead(event, (head) => {
    const alone = view.state.on.size === 1 && view.state.on.has(head);
    change({ on: alone ? all() : new Set([head]) });
    if (!alone) choose(view, { head });
  }));
}

function withHead(event, act) {
  const chip = event.target.closest("[data-head]");
  if (chip) act(Number(chip.dataset.head));
}

function cellOf(event) {
  const { layer, head } = event.target.closest(".cell")?.dataset ?? {};
  return layer === undefined ? null : { layer: Number(layer), head: Number(head) };
}

function withCell(event, act) {
  const cell = cellOf(event);
  if (cell) act(cell);
}

/** The head under the pointer, and the two tokens whose weight is drawn there. */
function pixelOf(view, event) {
  const cell = cellOf(event);
  if (!cell || !view.queryList?.length || !view.keyList.length) return cell;
  const box = event.target.closest(".cell").getBoundingClientRect();
  const at = (list, part) => list[Math.max(0, Math.min(list.length - 1, Math.floor(part * list.length)))];
  return {
    ...cell,
    query: at(view.queryList, (event.clientY - box.top - 1) / (box.height - 2)),
    key: at(view.keyList, (event.clientX - box.left - 1) / (box.width - 2)),
  };
}

function hover(view, cell) {
  if (JSON.stringify(cell) === JSON.stringify(view.hovered ?? null)) return;
  view.hovered = cell;
  redraw(view);
}

const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function moveInGrid(view, event) {
  const step = ARROWS[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  view.hovered = null; // the keys, not the resting pointer, say what is meant
  const within = (value, count) => Math.max(0, Math.min(count - 1, value));
  choose(view, {
    layer: within(view.state.layer + step[0], view.data.layers),
    head: within(view.state.head + step[1], view.data.heads),
  });
}

/** Up and down along the tokens, left and right between the columns, Enter to keep. */
function moveInList(view, event) {
  const current = event.target.closest(".token");
  if (!current) return;
  const side = view.page.left.contains(current) ? "left" : "right";
  const move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (event.key === "Enter" || event.key === " ") pin(view, current);
  else if (move) focusOn(neighbour(current, move));
  else if (event.key === "Home" || event.key === "End") {
    focusOn([...view.page[side].querySelectorAll(".token")].at(event.key === "Home" ? 0 : -1));
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    const other = event.key === "ArrowLeft" ? "left" : "right";
    focusOn(optionAt(view, other, view.rows[other].place[Number(current.dataset.token)]));
  } else return;
  event.preventDefault();
}

function neighbour(current, move) {
  let next = current;
  do next = move < 0 ? next.previousSibling : next.nextSibling;
  while (next && !next.matches(".token"));
  return next;
}

function focusOn(target) {
  target?.focus();
  target?.scrollIntoView({ block: "nearest" });
}

function focusToken(view, target) {
  if (!target.matches(".token")) return;
  const side = view.page.left.contains(target) ? "left" : "right";
  leadTabTo(view.page[side], target);
  if (target.matches(":focus-visible")) point(view, { side, token: Number(target.dataset.token) });
}

/** A click keeps the token that looks; another click lets it go. */
function pin(view, token) {
  if (!token || !view.page.left.contains(token)) return;
  const query = Number(token.dataset.token);
  choose(view, { query: view.state.query === query ? null : query });
}

function point(view, what) {
  if (JSON.stringify(what) === JSON.stringify(view.point)) return;
  view.point = what;
  redraw(view);
}

/** What is under the pointer: a token with its strip, else the nearest line. */
function pointAt(view, event) {
  if (!view.rows || !view.lines) return;
  const box = view.page.stage.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const side = x <= view.from ? "left" : x >= view.to ? "right" : null;
  if (!side) return point(view, nearestLine(view, x, y));
  const token = view.rows[side].order[Math.floor(y / view.row)];
  return point(view, typeof token === "number" ? { side, token } : null);
}

/** The line within a few pixels of (x, y); of several the nearest, then the strongest. */
function nearestLine(view, x, y) {
  const { lines, from, to } = view;
  const part = (x - from) / (to - from);
  let found = null;
  let best = 6;
  for (let group = 0; group < LEVELS * lines.heads; group++) {
    const shift = shiftOf(view, group % lines.heads);
    for (let i = lines.starts[group]; i < lines.starts[group + 1]; i++) {
      const start = middle(view, "left", lines.query[i]) + shift;
      const rise = middle(view, "right", lines.key[i]) + shift - start;
      const away = Math.abs(start + rise * part - y) / Math.hypot(1, rise / (to - from));
      const score = away - (3 * lines.packed[i]) / 64000;
      if (away >= 6 || score > best) continue;
      best = score;
      found = { side: "line", query: lines.query[i], key: lines.key[i],
        head: view.on[group % lines.heads] };
    }
  }
  return found;
}
