// Sentences above, chips below. Pointing at a chip marks its characters and the other way round.
// Everything a visitor typed reaches the page as textContent only. Spans count code points. Joined
// to one script with elements.js.

const MANY = 120; // chips from which on they scroll in a box of their own
const drawn = new WeakMap(); // parentElement -> {json, root}

export default function ({ data, parentElement }) {
  const json = JSON.stringify(data);
  const before = drawn.get(parentElement);
  if (before?.json === json && before.root.isConnected) return;
  before?.root.remove();
  const root = draw(data);
  parentElement.appendChild(root);
  drawn.set(parentElement, { json, root });
}

function draw(data) {
  const runs = [];
  const sentences = element("div", { className: "sentences" }, ...data.sentences.map(
    (text, index) => sentenceLine(text, "AB"[index], data.titles[index], data.chips, runs)));
  const words = element("p", { className: "words", dir: "auto", textContent: "Point at a piece or "
    + "at a character, or walk through the pieces with the arrow keys." });
  const explanation = element("p", { className: "explanation", dir: "auto" });
  const readout = element("div", { className: "readout", role: "status", "aria-live": "polite" },
    words, explanation);
  const box = element("div", { className: data.chips.length > MANY ? "box many" : "box",
    role: "listbox", "aria-label": "Pieces in reading order" });
  const chips = drawChips(data.chips, data.titles, box);
  const root = element("div", { className: "figure token-chips" }, sentences, readout, box,
    legend(data.legend));

  const state = { data, runs, chips, sentences, box, words, explanation, marked: [], current: 0 };
  listen(state);
  new ResizeObserver(() => reserve(readout, state)).observe(root);
  return root;
}

/* One line a sentence, cut wherever a piece begins or ends. */
function sentenceLine(text, letter, title, chips, runs) {
  const label = element("span", { className: "letter", textContent: letter, title });
  const body = element("p", { className: "text", dir: "auto" });
  const points = Array.from(text); // code points
  const own = chips.filter((chip) => chip.segment === letter && chip.span[1] > chip.span[0]);
  const cuts = new Set([0, points.length]);
  own.forEach(({ span }) => span.forEach((cut) => cuts.add(Math.min(cut, points.length))));
  const borders = [...cuts].sort((x, y) => x - y);
  const covering = coveringPieces(own, borders);
  for (let index = 0; index + 1 < borders.length; index += 1) {
    const span = element("span", { className: "run",
      textContent: points.slice(borders[index], borders[index + 1]).join("") });
    const pieces = covering[index];
    if (pieces.length) {
      span.classList.add(pieces[0].position % 2 ? "odd" : "even");
      if (pieces[0].kind === "unknown") span.classList.add("unknown");
      span.dataset.run = runs.length;
    }
    runs.push({ span, positions: pieces.map((piece) => piece.position) });
    body.appendChild(span);
  }
  return element("div", { className: `sentence segment-${letter.toLowerCase()}` }, label, body);
}

/* For each stretch between two borders the pieces that cover it (several where one character
   became several pieces). */
function coveringPieces(pieces, borders) {
  const index = new Map(borders.map((border, place) => [border, place]));
  const last = borders[borders.length - 1];
  const covering = borders.map(() => []);
  for (const piece of pieces) {
    const end = index.get(Math.min(piece.span[1], last));
    for (let place = index.get(Math.min(piece.span[0], last)); place < end; place += 1) {
      covering[place].push(piece);
    }
  }
  return covering;
}

function drawChips(chips, titles, box) {
  let group = null;
  return chips.map((chip, index) => {
    if (index === 0 || chip.segment !== chips[index - 1].segment) {
      const count = chips.filter((other) => other.segment === chip.segment).length;
      const called = titles["AB".indexOf(chip.segment)];
      const title = `${called}: ${count} ${count === 1 ? "piece" : "pieces"}`;
      group = element("div", { className: `group segment-${chip.segment.toLowerCase()}`,
        role: "group", "aria-label": title }, element("p", { className: "group-title",
        "aria-hidden": "true", textContent: title }));
      box.appendChild(group);
    }
    const made = drawChip(chip, index);
    group.appendChild(made);
    return made;
  });
}

function drawChip(chip, index) {
  const span = (className, textContent, more) => element("span", { className, textContent, ...more });
  const continues = chip.kind === "continuation";
  const rest = span(chip.mark ? "rest mark" : "rest", continues ? chip.piece.slice(2) : chip.piece,
    { dir: "auto" });
  const made = element("div", { className: `chip kind-${chip.kind}${chip.special ? " special" : ""}`,
    role: "option", "aria-selected": "false", "aria-label": chip.piece, tabIndex: index === 0 ? 0 : -1 },
  element("span", { className: "piece" }, ...(continues ? [span("joint", "##")] : []), rest),
  span("facts", `id ${chip.id}`), span("facts", `${chip.position} · ${chip.segment}`));
  if (chip.tag) made.append(span("tag", chip.tag));
  made.dataset.chip = index;
  return made;
}

function legend(entries) {
  return element("ul", { className: "legend" },
    element("li", { textContent: "A chip has the piece, its id, its position counted from 0, and its "
      + "segment: A or B." }),
    ...entries.map(({ piece, text }) =>
      element("li", {}, element("code", { textContent: piece }), ` ${text}`)));
}

function listen(state) {
  const { box, sentences } = state;
  box.addEventListener("pointerover", (event) => {
    const chip = event.target.closest("[data-chip]");
    if (chip) mark(state, [Number(chip.dataset.chip)]);
  });
  box.addEventListener("focusin", (event) => {
    const chip = event.target.closest("[data-chip]");
    if (chip) mark(state, [Number(chip.dataset.chip)]);
  });
  box.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-chip]");
    if (chip) walkTo(state, Number(chip.dataset.chip));
  });
  box.addEventListener("keydown", (event) => pressed(state, event));
  for (const kind of ["pointerover", "click"]) {
    sentences.addEventListener(kind, (event) => {
      const run = event.target.closest("[data-run]");
      if (run) mark(state, state.runs[Number(run.dataset.run)].positions, box);
    });
  }
}

function pressed(state, event) {
  const last = state.chips.length - 1;
  const next = {
    ArrowRight: Math.min(last, state.current + 1),
    ArrowLeft: Math.max(0, state.current - 1),
    Home: 0,
    End: last,
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  walkTo(state, next);
}

function walkTo(state, index) {
  state.chips[index].focus();
  mark(state, [index]);
}

/* Mark these pieces and every character they came from; say the first one in words. */
function mark(state, positions, box) {
  if (positions.join() === state.marked.join()) return;
  for (const position of state.marked) {
    state.chips[position].classList.remove("marked");
    state.chips[position].setAttribute("aria-selected", "false");
  }
  state.chips[state.current].tabIndex = -1;
  for (const position of positions) {
    state.chips[position].classList.add("marked");
    state.chips[position].setAttribute("aria-selected", "true");
  }
  const wanted = new Set(positions);
  for (const { span, positions: own } of state.runs) {
    span.classList.toggle("marked", own.some((position) => wanted.has(position)));
  }
  state.marked = positions;
  state.current = positions[0];
  state.chips[state.current].tabIndex = 0;
  const chosen = positions.map((position) => state.data.chips[position]);
  state.words.textContent = chosen.map((chip) => chip.words).join("; ");
  state.explanation.textContent = chosen[0].explanation;
  if (box) reveal(box, state.chips[state.current]);
  else reveal(state.sentences, state.runs.find(({ span }) => span.classList.contains("marked"))?.span);
}

/* Room for the longest text at once: the chips must not slip away under the pointer. */
function reserve(readout, { data, words, explanation }) {
  const { width } = readout.getBoundingClientRect();
  if (!width || !data.chips.length || readout.dataset.width === String(width)) return;
  readout.dataset.width = width;
  const length = (chip) => chip.words.length + chip.explanation.length;
  const longest = data.chips.reduce((one, other) => (length(other) > length(one) ? other : one));
  const kept = [words.textContent, explanation.textContent];
  readout.style.minHeight = "";
  [words.textContent, explanation.textContent] = [longest.words, longest.explanation];
  readout.style.minHeight = `${readout.getBoundingClientRect().height}px`;
  [words.textContent, explanation.textContent] = kept;
}

/* Scroll inside the box only; the page stays where it is. */
function reveal(box, target) {
  if (!target || box.scrollHeight <= box.clientHeight) return;
  const outer = box.getBoundingClientRect();
  const inner = target.getBoundingClientRect();
  if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top + 8;
  else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom + 8;
}
