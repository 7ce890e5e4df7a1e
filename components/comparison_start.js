// By the element Streamlit gives: it stays the same as long as the comparison is on the page.
const VIEWS = new Map();

function update(view, data) {
  const another = view.data?.name !== data.name;
  view.data = data;
  if (!REMEMBERED.has(data.view)) REMEMBERED.set(data.view, newState());
  view.state = REMEMBERED.get(data.view);
  if (another) {
    view.pointed = view.cell = null;
    view.state.ownKeys = false;
  }
  takeChoice(view.state, data.choice);
  clamp(view.state, data);
  redraw(view);
}

function dismiss(view, parent) {
  clearTimeout(view.timer);
  cancelAnimationFrame(view.frame);
  view.observer.disconnect();
  view.page.root.remove();
  view.state.confirmed = true; // what the server never heard of is forgotten
  VIEWS.delete(parent);
}

/**
 * Called at every change of the data or the theme. What it returns is called when the component
 * leaves, and also for a call that was overtaken by the next one: only the newest call may take
 * the comparison away.
 */
function show({ data, parentElement, setStateValue }) {
  if (!VIEWS.has(parentElement)) VIEWS.set(parentElement, buildView(parentElement));
  const view = VIEWS.get(parentElement);
  const turn = ++view.turn;
  view.tell = setStateValue;
  update(view, data);
  return () => {
    if (turn === view.turn) dismiss(view, parentElement);
  };
}

offer("comparison", show, () => VIEWS.forEach(redraw));

/** Streamlit wants a function; everything is done once the script has run. */
export default function nothing() {}
