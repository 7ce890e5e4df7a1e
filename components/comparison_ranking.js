/** One row a head; which head stands in which row is said by `showRanking`. */
function buildHeads(view) {
  view.rows = range(view.data.layers * view.data.heads).map(() => {
    const [name, change, on, from] = ["name", "change", "on", "from"].map((className) =>
      element("span", { className }));
    const bar = element("i", {});
    const number = element("span", {});
    change.append(element("span", { className: "track" }, bar), number);
    const row = element("div", { role: "option", className: "head", tabIndex: -1 }, name, change, on, from);
    return { row, name, bar, number, on, from };
  });
  view.page.list.replaceChildren(...view.rows.map(({ row }) => row));
}

function showRanking(view) {
  const { names } = view.data;
  view.ranking = ranking(view);
  view.rankOf = new Map(view.ranking.map(({ layer, head }, rank) => [`${layer}/${head}`, rank]));
  const widest = Math.max(0.1, Math.abs(changeOf(view.ranking[0].a, view.ranking[0].b)));
  view.ranking.forEach(({ layer, head, key, a, b }, rank) => {
    const { row, name, bar, number, on, from } = view.rows[rank];
    const change = changeOf(a, b);
    const word = key < 0 ? "–" : names[key];
    write(name, shortName(view, layer, head));
    write(number, changed(a, b));
    write(on, word);
    write(from, key < 0 ? "" : `${digits(a)} → ${digits(b)}`);
    on.title = word;
    bar.style.width = `${(100 * Math.abs(change)) / widest}%`;
    bar.className = change < 0 ? "down" : "up";
    Object.assign(row.dataset, { layer, head });
    row.setAttribute("aria-label", `${nameOf(view, layer, head)}: ${changed(a, b)} on ${word}, `
      + `from ${digits(a)} to ${digits(b)}`);
  });
  view.followed = null;
  setTimeout(() => { view.page.list.scrollTop = 0; });
}

/** One head is chosen and can be reached with Tab. */
function markHeads(view) {
  const { state, pointed } = view;
  for (const { row } of view.rows) {
    const { layer, head } = headOf(row);
    const is = (one) => Boolean(one) && layer === one.layer && head === one.head;
    row.setAttribute("aria-selected", `${is(state)}`);
    row.tabIndex = is(state) ? 0 : -1;
    row.classList.toggle("pointed", is(pointed));
    if (is(state)) follow(view, row);
  }
}

/** A head chosen since the list was made is brought into sight; the page itself does not scroll. */
function follow(view, row) {
  const { page: { list }, listFocused, followed, state } = view;
  view.followed = `${state.layer}/${state.head}`;
  if (followed === null || followed === view.followed) return;
  setTimeout(scrollTo, 0, list, row);
  if (listFocused) row.focus({ preventScroll: true });
}
