/* A button that makes way for what it brings would take the focus with it, and keys would begin at
   the top of the page: the heading beside this script gets it instead. Whether the result was there
   last is kept on the window's own scrolling element, as for landings. */

export default function ({ data, parentElement }) {
  const around = parentElement.getRootNode().host ?? parentElement;
  const heading = around.closest("[data-testid=stVerticalBlock]")?.querySelector("h2, h3");
  const main = around.closest("[data-testid=stMain]");
  if (!heading || !main) return;
  const name = `after_${data.button}`;
  const comes = main.dataset[name] === "false" && data.there;
  main.dataset[name] = data.there;
  const active = document.activeElement;
  if (!comes || (active !== document.body && !active.closest(`.st-key-${data.button}`))) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
