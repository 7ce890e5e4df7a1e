// The figure itself is short, because it is sent at every change: its script comes once, by itself.

export default function mount(view) {
  const { kind } = view.data;
  let leave = null;
  const start = () => { leave = MEETING.figures.get(kind).show(view); };
  if (MEETING.figures.has(kind)) start();
  else MEETING.waiting.push({ kind, start });
  return () => {
    MEETING.waiting = MEETING.waiting.filter((one) => one.start !== start);
    leave?.();
  };
}
