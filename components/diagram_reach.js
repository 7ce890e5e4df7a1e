/** Above the figure: which tokens are in sight, and the ways to the others. */
function buildReach(view, page) {
  page.seen = element("span", { className: "seen" });
  page.thumb = element("div", { className: "thumb" });
  page.map = element("div", { className: "map", "aria-hidden": "true" }, page.thumb);
  page.jumps = [0, 1].map((nth) => {
    const jump = jumpButton(view, nth, "jump");
    jump.textContent = "AB"[nth];
    return jump;
  });
  page.reach = element("div", { className: "reach" }, page.seen, ...page.jumps, page.map);
  for (const kind of ["pointerdown", "pointermove"]) {
    page.map.addEventListener(kind, (event) => drag(view, event));
  }
}

function jumpButton(view, nth, className) {
  const made = element("button", { type: "button", className: `${className} ${"ab"[nth]}`,
    title: `Go to the beginning of Sentence ${"AB"[nth]}` });
  made.setAttribute("aria-label", made.title);
  made.addEventListener("click", () => {
    const first = view.data.segments.indexOf(nth);
    const left = view.left[first] - FADE * view.size;
    view.page.scroller.scrollTo({ left, behavior: calm() ? "instant" : "smooth" });
    if (className === "beyond") focusPiece(view, first); // the button itself goes out of sight
  });
  return made;
}

/** The middle of what is in sight follows the pointer. */
function drag(view, event) {
  if (!event.buttons) return;
  const box = view.page.map.getBoundingClientRect();
  view.page.map.setPointerCapture(event.pointerId);
  view.page.scroller.scrollLeft = (view.width * (event.clientX - box.left)) / box.width
    - view.room / 2;
}

function showReach(view) {
  const { page, room, width, data } = view;
  const from = page.scroller.scrollLeft;
  unless(view, "reach", [view.done.rows, view.done.measured, room, width, from].join("/"), () => {
    const seen = range(data.tokens.length).filter((token) => isInSight(view, token));
    page.reach.hidden = seen.length === data.tokens.length;
    write(page.seen, `In sight: tokens ${seen[0]}–${seen.at(-1)} of ${data.tokens.length}`);
    page.jumps[1].hidden = !view.pair;
    const split = view.pair ? view.left[data.segments.indexOf(1)] / width : 1;
    page.map.style.setProperty("--split", `${100 * split}%`);
    page.thumb.style.left = `${(100 * from) / width}%`;
    page.thumb.style.width = `${(100 * Math.min(room, width)) / width}%`;
    page.frame.classList.toggle("more-before", from > 1);
    page.frame.classList.toggle("more-after", from + room < width - 1);
    showBeyond(view, seen);
  });
}

/** A sentence of which nothing is in sight is named at the edge behind which it is. */
function showBeyond(view, seen) {
  const away = view.beyond.map((_, nth) => !seen.some((token) => view.data.segments[token] === nth));
  view.beyond.forEach((jump, nth) => {
    jump.hidden = !away[nth];
    const text = element("bdi", { textContent: view.data.sentences[nth] });
    const name = element("b", { textContent: nth ? "B" : "‹ A" });
    jump.replaceChildren(...(away[nth] ? [name, text, ...(nth ? ["›"] : [])] : []));
  });
  view.rows.get("input").track.classList.toggle("part", away.includes(true));
}
