// How a figure comes, changes and goes, and how the server hears what the reader chooses in it.
// The last one of a figure's scripts. The others bring what differs between figures:
//
//   KIND                  its name, as the server calls it
//   SEND_AFTER            ms of rest before the server is told of choices in a row
//   buildView(parent)     its elements, built once, and `newView` with what else it needs
//   newState()            what the reader looks at before anything is chosen
//   renew(view, another)  other data came; `another`: of another text or model
//   clamp(state, data)    keep a choice within the data; the server does the same
//   choiceOf(view)        what the server is told
//   isMissing(view)       whether what is chosen cannot be drawn before the server has answered
//   redraw(view)          draw what has changed, in the next frame
//   PAINTERS              by the names of its canvases, how to paint each of them once more

const SEND_SOON = 50; // ms after a single choice; it is drawn by then
const SEND_AGAIN = 1000; // ms after which a choice is not one of a row any more
const TOKENS = ["query", "keys"]; // the fields that name tokens by their places

// By the element Streamlit gives: it stays the same as long as the figure is on the page.
const VIEWS = new Map();

// What outlives a change of page, by the component's key.
const REMEMBERED = new Map();

/** What every view has; `endings` are called when it leaves. */
function newView() {
  return { turn: 0, done: {}, frame: 0, timer: 0, told: -Infinity, endings: [], state: null,
    data: null };
}

/** Tell how to paint each canvas: the painter gets the view as it then is, with another canvas. */
function offerPainters(view) {
  for (const [name, paint] of Object.entries(PAINTERS)) {
    MEETING.painters.set(view.page[name], (canvas) =>
      paint({ ...view, page: { ...view.page, [name]: canvas } }));
  }
}

/** Draw again whenever one of these elements has another size. */
function watchSize(view, ...elements) {
  const observer = new ResizeObserver(() => redraw(view));
  for (const one of elements) observer.observe(one);
  view.endings.push(() => observer.disconnect());
}

function update(view, data) {
  const another = view.data?.trace !== data.trace;
  if (!REMEMBERED.has(data.view)) {
    REMEMBERED.set(data.view, { ...newState(), serial: 0, confirmed: true });
  }
  view.data = data;
  view.state = REMEMBERED.get(data.view);
  renew(view, another);
  takeChoice(view.state, data.choice, another);
  clamp(view.state, data);
  redraw(view);
}

/**
 * serial counts the reader's choices in this figure. The server sends back the newest it has heard
 * of: an older one is an answer to an earlier choice and must not undo a later one. Once the
 * server has confirmed the newest, an older one can only mean that it forgot (a new session).
 * Only tokens that were chosen in another text are let go of at once.
 */
function takeChoice(state, choice, another) {
  if (choice.serial >= state.serial || state.confirmed) {
    Object.assign(state, choice, { confirmed: true });
  } else if (another) {
    for (const field of TOKENS) state[field] = choice[field];
  }
}

/** The reader chose: draw at once what can be drawn, then tell the server. */
function choose(view, change) {
  const { state } = view;
  if (Object.entries(change).every(([field, value]) => `${value}` === `${state[field]}`)) return;
  Object.assign(state, change, { serial: state.serial + 1, confirmed: false });
  clamp(state, view.data);
  redraw(view);
  tell(view);
}

/** What is missing is asked for at once. Else drawing comes first, and of many choices in a row
 * the server hears only now and then. */
function tell(view) {
  clearTimeout(view.timer);
  const rested = performance.now() - view.told > SEND_AGAIN;
  if (isMissing(view)) send(view);
  else view.timer = setTimeout(send, rested ? SEND_SOON : SEND_AFTER, view);
}

/** With the name of what the tokens were chosen in: by then the server may have another text. */
function send(view) {
  const { data, state } = view;
  view.told = performance.now();
  view.tell("choice", { ...choiceOf(view), trace: data.trace, serial: state.serial });
}

function dismiss(view, parent) {
  clearTimeout(view.timer);
  cancelAnimationFrame(view.frame);
  for (const end of view.endings) end();
  view.page.root.remove();
  view.state.confirmed = true; // what the server never heard of is forgotten
  VIEWS.delete(parent);
}

/**
 * Called at every change of the data or the theme. What it returns is called when the component
 * leaves, and also for a call that was overtaken by the next one: only the newest call may take
 * the view away.
 */
function show({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!VIEWS.has(parentElement)) {
    VIEWS.set(parentElement, buildView(parentElement));
    offerPainters(VIEWS.get(parentElement));
  }
  const view = VIEWS.get(parentElement);
  const turn = ++view.turn;
  view.tell = setStateValue;
  view.open = setTriggerValue;
  update(view, data);
  return () => {
    if (turn === view.turn) dismiss(view, parentElement);
  };
}

offer(KIND, show, () => VIEWS.forEach(redraw));

/** Streamlit wants a function; everything is done once the script has run. */
export default function nothing() {}
