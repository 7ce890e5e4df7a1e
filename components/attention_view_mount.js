// The view itself is short, because it is sent at every change: its script comes once, by itself.

export default function mount(view) {
  let leave = null;
  const start = () => { leave = MEETING.show(view); };
  if (MEETING.show) start();
  else MEETING.waiting.push(start);
  return () => {
    MEETING.waiting = MEETING.waiting.filter((one) => one !== start);
    leave?.();
  };
}
