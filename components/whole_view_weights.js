// In a page of its own the weights stand in the page: each script element that cannot run is what a
// carrier would have brought.

for (const sent of document.querySelectorAll("script[type='application/octet-stream']")) {
  const data = Uint8Array.from(atob(sent.textContent), (letter) => letter.charCodeAt(0));
  carry({ data, parentElement: sent });
}
