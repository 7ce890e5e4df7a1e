const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function listen(view) {
  const { page } = view;
  page.line.addEventListener("click", (event) => chooseQuery(view, event.target.closest(".word")));
  page.line.addEventListener("keydown", (event) => moveInLine(view, event));
  page.selects.forEach((select, nth) => select.addEventListener("change", () => {
    choose(view, { keys: keysWith(view.state.keys, nth, Number(select.value)), ownKeys: true });
  }));
  for (const heads of [page.list, page.plot]) {
    heads.addEventListener("click", (event) => chooseHead(view, event.target.closest("[data-head]")));
    heads.addEventListener("pointerover", (event) => pointAt(view, event.target.closest("[data-head]")));
    heads.addEventListener("pointerleave", () => pointAt(view, null));
    heads.addEventListener("keydown", (event) => moveInHeads(view, event));
  }
  page.list.addEventListener("focusin", () => { view.listFocused = true; });
  page.list.addEventListener("focusout", () => { view.listFocused = false; });
  page.plot.addEventListener("focusin", () => { view.plotFocused = true; });
  page.plot.addEventListener("focusout", () => { view.plotFocused = false; });
  listenToPictures(view);
  watchSize(view, page.root);
}

function listenToPictures(view) {
  const { pictures } = view.page;
  const under = (event) => cellAt(view, event.offsetX, event.offsetY);
  for (const kind of ["pointermove", "pointerdown"]) {
    pictures.addEventListener(kind, (event) => pointAtCell(view, under(event)));
  }
  pictures.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") pointAtCell(view, null); // a finger's last word stays
  });
  pictures.addEventListener("click", (event) => queryOf(view, under(event)));
  pictures.addEventListener("keydown", (event) => moveInPictures(view, event));
  pictures.addEventListener("blur", () => pointAtCell(view, null));
}

function chooseQuery(view, word) {
  if (!word || word.ariaDisabled === "true") return;
  choose(view, { query: Number(word.dataset.place) });
}

function queryOf(view, cell) {
  if (cell && isShared(view.data, cell.query)) choose(view, { query: cell.query });
}

/** Left and right along the words that can be the query. */
function moveInLine(view, event) {
  const way = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const { data, state, page } = view;
  let place = state.query + way;
  while (data.places[place] && !isShared(data, place)) place += way;
  if (!data.places[place]) return;
  choose(view, { query: place });
  page.line.childNodes[place].focus();
}

/** The two keys after another choice for one of them; the other's word swaps the two. */
const keysWith = (keys, nth, place) => keys.map((key, n) => {
  if (n === nth) return place;
  return key === place ? keys[nth] : key;
});

function headOf(target) {
  return target && { layer: Number(target.dataset.layer), head: Number(target.dataset.head) };
}

function chooseHead(view, target) {
  if (!target) return;
  choose(view, headOf(target));
  target.focus({ preventScroll: true });
}

/** Up and down through the heads in the order of the list. */
function moveInHeads(view, event) {
  const last = view.ranking.length - 1;
  const now = view.rankOf.get(`${view.state.layer}/${view.state.head}`);
  const to = { ArrowUp: now - 1, ArrowLeft: now - 1, ArrowDown: now + 1, ArrowRight: now + 1,
    Home: 0, End: last }[event.key];
  if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const { layer, head } = view.ranking[Math.max(0, Math.min(last, to))];
  view.pointed = null;
  choose(view, { layer, head });
}

function pointAt(view, target) {
  const head = headOf(target);
  if (JSON.stringify(head) === JSON.stringify(view.pointed)) return;
  view.pointed = head;
  redraw(view);
}

function pointAtCell(view, cell) {
  if (JSON.stringify(cell) === JSON.stringify(view.cell)) return;
  view.cell = cell;
  redraw(view);
}

function moveInPictures(view, event) {
  if (event.altKey || event.ctrlKey || event.metaKey || !view.grid) return;
  const step = STEPS[event.key];
  if (event.key === "Enter" || event.key === " ") queryOf(view, view.cell);
  else if (event.key === "Escape") pointAtCell(view, null);
  else if (step) {
    const within = (value) => Math.max(0, Math.min(view.grid.count - 1, value));
    const from = view.cell ?? { query: view.state.query - step[0], key: (view.state.keys[0] ?? 0) - step[1] };
    pointAtCell(view, { query: within(from.query + step[0]), key: within(from.key + step[1]) });
  } else return;
  event.preventDefault();
}
