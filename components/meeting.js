// Where the scripts of a linked figure's components meet: each is loaded as a module of its own.
//   traces   what the carriers brought, by name; the newest last
//   carried  the name of what each carrier brought, by its element
//   packets  what the diagram's carrier brought, by name; the newest last
//   figures  how each kind of figure is drawn, once its script is here: {show, redraw}
//   waiting  figures that came before their script: {kind, start}
//   painters how to paint a canvas of a figure once more, on what stands in for it
const MEETING = (globalThis[Symbol.for("attention-view")] ??=
  { traces: new Map(), carried: new Map(), packets: new Map(), figures: new Map(),
    waiting: [], painters: new WeakMap() });

/** A script is here: `show` draws a figure of this kind, `redraw` all of them that are drawn. */
function offer(kind, show, redraw) {
  MEETING.figures.set(kind, { show, redraw });
  const waited = MEETING.waiting.filter((one) => one.kind === kind);
  MEETING.waiting = MEETING.waiting.filter((one) => one.kind !== kind);
  for (const one of waited) one.start();
}
