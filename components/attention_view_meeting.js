// Where the scripts of the three components meet: each is loaded as a module of its own.
//   traces   what the carriers brought, by name; the newest last
//   carried  the name of what each carrier brought, by its element
//   show     draws a view; once its script is here
//   waiting  views that came before it
//   arrived  is called when a packet has come in
const MEETING = (globalThis[Symbol.for("attention-view")] ??=
  { traces: new Map(), carried: new Map(), show: null, waiting: [], arrived: null });
