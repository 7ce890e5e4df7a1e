/* Where the reader stands after a step: at its heading. When `place` has changed since this landing
   was last seen, what stands around it comes to the top of the window, at once and without motion,
   unless it is there already. The heading gets the focus, so that keys and voices go on from it.
   Last places are kept on the window's own scrolling element, which outlives a page. */

export default function ({ data, parentElement }) {
  const around = outermost(parentElement).closest("[data-testid=stVerticalBlock]");
  const main = around?.closest("[data-testid=stMain]");
  if (!main) return;
  if (data.name === "Page") makeRoom(main, data);
  onePerPage();
  const name = `landed${data.name}`;
  const before = main.dataset[name];
  main.dataset[name] = data.place;
  if (before === undefined || before === data.place) return;
  const { top } = around.getBoundingClientRect();
  if (top >= 0 && top < window.innerHeight / 2) return;
  around.scrollIntoView({ block: "start", behavior: "instant" });
  const heading = around.querySelector("h1, h2, h3");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/* The element itself, or the one that holds the shadow it is drawn in. */
function outermost(element) {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : element;
}
