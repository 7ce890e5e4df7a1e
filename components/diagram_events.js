function listen(view) {
  const { page } = view;
  page.play.addEventListener("click", () => togglePlay(view));
  page.next.addEventListener("click", () => pauseAnd(view, goOn));
  page.previous.addEventListener("click", () => pauseAnd(view, goBack));
  page.all.addEventListener("click", () => {
    showAll(view);
    page.play.focus({ preventScroll: true }); // the button itself is gone now
  });
  for (const kind of ["pointermove", "pointerdown"]) {
    page.stage.addEventListener(kind, (event) =>
      point(view, pointedAt(view, event), event.target.closest(".row")?.dataset.part ?? null));
  }
  page.stage.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") point(view, null); // a finger's last word stays
  });
  page.stage.addEventListener("click", (event) => clicked(view, event));
  page.stage.addEventListener("focusin", ({ target }) => {
    if (target.matches(".piece:focus-visible")) point(view, Number(target.dataset.token));
  });
  page.stage.addEventListener("focusout", () => point(view, null));
  page.root.addEventListener("keydown", (event) => pressed(view, event));
  page.scroller.addEventListener("scroll", () => redraw(view), { passive: true });
  page.more.addEventListener("toggle", () => redraw(view));
  watchSize(view, page.root, page.scroller);
  view.endings.push(() => view.sight?.disconnect(), () => clearTimeout(view.walk.timer));
}

/** The bar stays below the page's header, where the figure must not show between the two. */
function watchBar(view) {
  const { page } = view;
  const header = parseFloat(getComputedStyle(page.bar).top);
  view.sight?.disconnect();
  view.sight = new IntersectionObserver(([{ isIntersecting, boundingClientRect }]) =>
    page.bar.classList.toggle("stuck", !isIntersecting && boundingClientRect.top < header),
  { rootMargin: `-${header}px 0px 0px 0px` });
  view.sight.observe(page.edge);
}

function pauseAnd(view, go) {
  view.walk.playing = false;
  go(view);
}

/** `over`: the row in which the pointer is; null for the keyboard. */
function point(view, token, over = null) {
  if (view.point === token && view.over === over) return;
  Object.assign(view, { point: token, over });
  redraw(view);
}

/** The token in whose column the pointer is; labels, cards and buttons belong to no column. */
function pointedAt(view, event) {
  if (!view.left || event.target.closest(".label, button")) return null;
  const box = view.page.stage.getBoundingClientRect();
  return tokenAt(view, event.clientX - box.left - view.margin);
}

function clicked(view, event) {
  const link = event.target.closest("a");
  const card = event.target.closest(".card");
  if (link) return follow(view, event, link);
  if (card) return choose(view, { ...numbersOf(card), lines: "head" });
  const token = pointedAt(view, event);
  if (token === null) return undefined;
  keep(view, token);
  return walkTo(view, token);
}

const numbersOf = ({ dataset }) => ({ layer: Number(dataset.layer), head: Number(dataset.head) });

/** The server opens the page, with everything kept; a click for a new tab is the browser's. */
function follow(view, event, link) {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  view.open("part", link.dataset.part);
}

/** A click keeps the token that looks; another click lets it go. */
function keep(view, token) {
  choose(view, { query: view.state.query === token ? null : token });
}

function walkTo(view, token) {
  focusPiece(view, token);
  reveal(view, token);
}

/** The one piece that the Tab key leads to. */
function focusPiece(view, token) {
  for (const piece of view.pieces) piece.tabIndex = -1;
  view.pieces[token].tabIndex = 0;
  view.pieces[token].focus({ preventScroll: true });
}

function pressed(view, event) {
  const { target, key } = event;
  if (event.altKey || event.ctrlKey || event.metaKey || target.closest(".table")) return;
  const piece = target.closest(".piece");
  const card = target.closest(".card");
  const control = target.closest("button, a, summary"); // Enter and Space are its own
  const taken = (piece && pressedAt(view, key, Number(piece.dataset.token)))
    || (card && pressedOn(view, key, card))
    || pressedAnywhere(view, key, control) || (!piece && pressedBeside(view, key, control));
  if (taken) event.preventDefault();
}

function pressedAnywhere(view, key, control) {
  if (key === "ArrowUp") pauseAnd(view, goOn);
  else if (key === "ArrowDown") pauseAnd(view, goBack);
  else if (key === " " && !control) togglePlay(view);
  else if (key === "Escape") {
    point(view, null);
    if (view.walk.at === null) choose(view, { query: null });
    else showAll(view);
  } else return false;
  return true;
}

/** Left and right along the tokens; Enter keeps. */
function pressedAt(view, key, token) {
  const last = view.pieces.length - 1;
  const next = { ArrowLeft: token - 1, ArrowRight: token + 1, Home: 0, End: last }[key];
  if (key === "Enter") keep(view, token);
  else if (next === undefined) return false;
  else walkTo(view, Math.max(0, Math.min(last, next)));
  return true;
}

/** The same from elsewhere in the figure: on from the token that is lit. */
function pressedBeside(view, key, control) {
  const token = view.lit;
  if (key === "Enter") return !control && token !== null && pressedAt(view, key, token);
  if (key !== "ArrowLeft" && key !== "ArrowRight") return false;
  if (token !== null) return pressedAt(view, key, token);
  walkTo(view, 0);
  return true;
}

/** Left and right along the cards of a layer. */
function pressedOn(view, key, card) {
  const cards = view.decks[Number(card.dataset.layer)];
  const move = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (!move) return false;
  cards[Math.max(0, Math.min(cards.length - 1, Number(card.dataset.head) + move))].focus();
  return true;
}
