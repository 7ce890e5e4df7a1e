// By the element Streamlit gives: it stays the same as long as the diagram is on the page.
const VIEWS = new Map();

function update(view, data) {
  if (view.data?.trace !== data.trace) {
    view.point = view.over = null;
    view.window = null;
    showAll(view);
  }
  view.data = data;
  view.shape = JSON.stringify([data.trace, data.tags, data.rows.map(({ href, ...row }) => row)]);
  view.pair = data.segments.includes(1);
  if (!REMEMBERED.has(data.view)) REMEMBERED.set(data.view, newState());
  view.state = REMEMBERED.get(data.view);
  takeChoice(view.state, data.choice);
  clamp(view.state, data);
  redraw(view);
}

function dismiss(view, parent) {
  clearTimeout(view.timer);
  clearTimeout(view.walk.timer);
  cancelAnimationFrame(view.frame);
  view.observer.disconnect();
  view.sight.disconnect();
  view.page.root.remove();
  view.state.confirmed = true; // what the server never heard of is forgotten
  VIEWS.delete(parent);
}

/**
 * Called at every change of the data or the theme. What it returns is called when the component
 * leaves, and also for a call that was overtaken by the next one: only the newest call may take
 * the diagram away.
 */
function show({ data, parentElement, setStateValue, setTriggerValue }) {
  if (!VIEWS.has(parentElement)) VIEWS.set(parentElement, buildView(parentElement));
  const view = VIEWS.get(parentElement);
  const turn = ++view.turn;
  view.tell = setStateValue;
  view.open = setTriggerValue;
  update(view, data);
  return () => {
    if (turn === view.turn) dismiss(view, parentElement);
  };
}

offer("diagram", show, () => VIEWS.forEach(redraw));

/** Streamlit wants a function; everything is done once the script has run. */
export default function nothing() {}
