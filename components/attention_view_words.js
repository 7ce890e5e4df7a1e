const digits = (packed) => (thousandths(packed) / 1000).toFixed(3);

/** "layer 3, head 1", or the layer alone where all its heads are one. */
const nameOf = ({ data }, layer, head) =>
  (data.words.layered ? `layer ${layer}` : `layer ${layer}, head ${head}`);

const capital = (text) => text[0].toUpperCase() + text.slice(1);

function place(view) {
  const { layer } = view.state;
  if (view.data.words.layered) return `Layer ${layer}`;
  if (!view.on.length) return `Layer ${layer}, no head switched on`;
  return `Layer ${layer}, head${view.on.length > 1 ? "s" : ""} ${joined(view.on)}`;
}

/** What is pointed at or pinned, in words. */
function readout(view) {
  const { point } = view;
  if (view.hovered) return hoveredWords(view, view.hovered);
  if (point?.side === "line") {
    return `${pair(view, point)} (${nameOf(view, view.state.layer, point.head)})`;
  }
  const one = active(view);
  if (!one || !view.on.length) {
    return `${place(view)}. Point at a token or a line; click a token on the left to keep it.`;
  }
  const verb = one.side === "left" ? view.data.words.looks : view.data.words.looked;
  const count = view.on.length === 1 ? 5 : view.on.length < 4 ? 3 : 1;
  const shares = view.on.map((head) => strongest(view, one, head, count));
  if (view.on.length === 1) {
    return `${place(view)}: ${view.names[one.token]} ${verb} ${shares[0] || "nothing shown here"}`;
  }
  const parts = view.on.map((head, i) => `head ${head}: ${shares[i] || "nothing shown here"}`);
  return `Layer ${view.state.layer}: ${view.names[one.token]} ${verb}: ${parts.join("; ")}`;
}

/** The weight under the pointer in a thumbnail; only the head where its layer is not here yet. */
function hoveredWords(view, { layer, head, query, key }) {
  const where = capital(nameOf(view, layer, head));
  if (query === undefined || !view.trace.weights[layer]) return where;
  const weight = digits(weightOf(view, head, query, key, layer));
  return `${where}: ${view.names[query]} → ${view.names[key]} ${weight}`;
}

function pair(view, { query, key, head }) {
  return `${view.names[query]} → ${view.names[key]} ${digits(weightOf(view, head, query, key))}`;
}

/** The strongest partners of a token in one head, strongest first. */
function strongest(view, one, head, count) {
  const weight = (token) => (one.side === "left"
    ? weightOf(view, head, one.token, token) : weightOf(view, head, token, one.token));
  const least = Math.max(1, Math.round(view.state.threshold * 1000)) << 6;
  return [...(one.side === "left" ? view.keyList : view.queryList)]
    .filter((token) => weight(token) >= least)
    .sort((a, b) => weight(b) - weight(a)).slice(0, count)
    .map((token) => `${view.names[token]} ${digits(weight(token))}`).join(", ");
}

/** How much of the weight is on screen, and where the rest went. */
function shareWords(view) {
  const { state, shares, data: { words } } = view;
  if (!shares) return view.queryList.length ? "" : "Every token is hidden.";
  const [drawn, special, outside, below, tooFaint] = shares;
  const shown = drawn + tooFaint;
  const percent = (share) => (share > 0 && share < 0.005 ? "under 1 %" : `${Math.round(100 * share)} %`);
  const show = view.pair ? state.show : "all";
  const parts = [];
  if (state.hideSpecial) parts.push(`${percent(special)} ${words.off} hidden special tokens`);
  if (show !== "all") parts.push(`${percent(outside)} ${words.off} sentence ${show[1] === "a" ? "B" : "A"}`);
  if (state.threshold > 0) parts.push(`${percent(below)} is below ${state.threshold.toFixed(3)}`);
  const what = `Shown: ${SHOWS[show]}, ${percent(shown)} of ${words.whole}. `;
  const undrawn = tooFaint >= 0.005
    ? `${percent(tooFaint)} is in ${words.nouns} below ${FAINTEST / 1000}, too faint for a line. ` : "";
  const most = view.lines.left ? `The ${view.lines.count} strongest lines are drawn.` : "";
  const faint = undrawn + most;
  if (!parts.length) return `Shown: ${words.whole}. ${faint}`;
  const rest = parts.join(", ");
  return `${what}${capital(rest)}. ${faint}`;
}

/** Everything that is not canvas: marks, pressed buttons, text. */
function showState(view, ready) {
  const { page, state } = view;
  showControls(view);
  unless(view, "cell", `${view.done.grid}/${state.layer}/${state.head}`, markCell);
  showTokens(view);
  page.readout.classList.toggle("many", view.on.length > 3);
  page.loading.hidden = ready;
  write(page.loading, ready ? "" : `Loading layer ${state.layer} …`);
  write(page.readout, ready || view.hovered ? readout(view) : "");
  write(page.share, ready ? shareWords(view) : "");
}

function showControls(view) {
  const { page, state } = view;
  const show = view.pair ? state.show : "all";
  const key = [view.done.shows, view.done.chips, show, state.hideSpecial, state.threshold, view.on,
    state.head];
  unless(view, "controls", key.join("/"), () => {
    for (const input of page.shows.querySelectorAll("input")) input.checked = input.value === show;
    page.hide.checked = state.hideSpecial;
    page.threshold.value = state.threshold;
    write(page.thresholdValue, state.threshold.toFixed(3));
    page.chips.childNodes.forEach((chip, head) => {
      chip.setAttribute("aria-pressed", state.on.has(head));
      chip.classList.toggle("chosen", head === state.head);
    });
  });
}

/** One cell is chosen, can be reached with Tab, and has its numbers in bold. */
function markCell(view) {
  const { page, cells } = view;
  const { layer, head } = view.state;
  for (const old of page.grid.querySelectorAll(".chosen")) {
    old.classList.remove("chosen");
    if (old.matches(".cell")) old.setAttribute("aria-selected", "false");
  }
  const cell = cells[layer][head];
  cell.setAttribute("aria-selected", "true");
  for (const chosen of [cell, page.grid.querySelector(`[role=rowheader][data-layer="${layer}"]`),
    page.grid.querySelector(`[role=columnheader][data-head="${head}"]`)]) {
    chosen.classList.add("chosen");
  }
  // Focusing makes the browser lay the page out at once; after the frame that is done anyway.
  setTimeout(moveFocus, 0, view, cell);
}

function moveFocus({ page, gridFocused }, cell) {
  leadTabTo(page.grid, cell);
  if (gridFocused) cell.focus({ preventScroll: true });
}

/** The token pointed at is marked on both sides. */
function showTokens(view) {
  const { point, state, rows } = view;
  const pair = point?.side === "line" ? point : view.hovered;
  const pointed = point?.token !== undefined ? [point.token] : pair ? [pair.query, pair.key] : [];
  const key = `${view.done.rows}/${pointed}/${state.query}`;
  unless(view, "tokens", key, () => {
    for (const side of ["left", "right"]) {
      const { place: placed } = rows[side];
      for (const old of view.page[side].querySelectorAll(".same, .pinned")) {
        old.classList.remove("same", "pinned");
      }
      for (const token of pointed) optionAt(view, side, placed[token])?.classList.add("same");
    }
    markPinned(view);
  });
}

function markPinned(view) {
  const { left, right } = view.page;
  left.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  const pinned = optionAt(view, "left", view.rows.left.place[view.state.query ?? -1]);
  pinned?.classList.add("pinned");
  pinned?.setAttribute("aria-selected", "true");
  if (!left.matches(":focus-within")) leadTabTo(left, pinned);
  if (!right.matches(":focus-within")) leadTabTo(right, null);
}

/** Tab leads to this one of a group; if to none in particular, to where it led, or to the first. */
function leadTabTo(group, target) {
  const before = group.querySelector("[tabindex='0']");
  const now = target ?? before ?? group.querySelector("[tabindex='-1']");
  if (before === now) return;
  if (before) before.tabIndex = -1;
  now.tabIndex = 0;
}

const optionAt = (view, side, row) => (row >= 0 ? view.page[side].childNodes[row] : null);
