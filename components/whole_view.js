// In a page of its own a figure is mounted once. There is no server to be told of choices: the link
// to the living view follows them.

const SENT = JSON.parse(document.getElementById("sent").textContent);
const LIVE = document.getElementById("live");

mount({
  data: SENT,
  parentElement: document.getElementById("figure"),
  setStateValue: (_, choice) => followChoice(choice),
  setTriggerValue: () => {},
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
  MEETING.figures.get(SENT.kind).redraw());

function followChoice(choice) {
  const address = new URL(LIVE.href);
  for (const field of ["layer", "head", "query", "show", "keys"]) {
    const value = [choice[field] ?? []].flat().join("-");
    if (value) address.searchParams.set(field, value);
    else if (field in choice) address.searchParams.delete(field);
  }
  LIVE.href = address.href;
}
