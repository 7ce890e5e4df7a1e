/** One row a head; which head stands in which row is said by `showRanking`. */
function buildHeads(view) {
  view.rows = range(view.data.layers * view.data.heads).map((nth) => {
    const cells = ["rank", "name", "change", "on", "from"].map((name) =>
      element("span", { className: name }));
    const bar = element("i", { className: "bar" });
    const number = element("span", {});
    cells[0].textContent = nth + 1;
    cells[2].append(bar, number);
    const row = element("div", { role: "option", className: "head", tabIndex: -1 }, ...cells);
    return { row, name: cells[1], bar, number, on: cells[3], from: cells[4] };
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
    write(name, `${layer} · ${head}`);
    write(number, signed(change));
    write(on, word);
    write(from, key < 0 ? "" : `${digits(a)} → ${digits(b)}`);
    on.title = word;
    bar.style.width = `${(100 * Math.abs(change)) / widest}%`;
    bar.className = `bar ${change < 0 ? "down" : "up"}`;
    Object.assign(row.dataset, { layer, head });
    row.setAttribute("aria-label", `layer ${layer}, head ${head}: ${signed(change)} on ${word}, `
      + `from ${digits(a)} to ${digits(b)}`);
  });
  view.page.list.scrollTop = 0;
}

/** One head is chosen and can be reached with Tab. */
function markHeads(view) {
  const { state, pointed } = view;
  for (const { row } of view.rows) {
    const is = (one) => one && Number(row.dataset.layer) === one.layer && Number(row.dataset.head) === one.head;
    row.setAttribute("aria-selected", `${is(state)}`);
    row.tabIndex = is(state) ? 0 : -1;
    row.classList.toggle("pointed", Boolean(is(pointed)));
    if (is(state)) follow(view, row);
  }
}

/** The chosen head stays in sight within its list; the page itself does not scroll. */
function follow({ page: { list }, listFocused }, row) {
  const [top, bottom] = [row.offsetTop, row.offsetTop + row.offsetHeight];
  if (top < list.scrollTop) list.scrollTop = top;
  else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
  if (listFocused) row.focus({ preventScroll: true });
}
